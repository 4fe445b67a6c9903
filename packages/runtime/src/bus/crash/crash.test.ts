import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { killPoints } from '../kill-points.ts';
import { type Bench, startBench, untilTrue, type Worker } from './bench.ts';
import { judge } from './judge.ts';
import type { WorkerKillPoint } from './worker.ts';

let bench: Bench;

before(async () => {
  bench = await startBench();
});
after(async () => {
  await bench?.[Symbol.asyncDispose]();
});

const points: readonly WorkerKillPoint[] = [...killPoints, 'log.sent'];
const pointsOf = {
  stage: points.filter((point) => point.startsWith('stage') || point === 'log.sent'),
  keyed: points.filter((point) => point.startsWith('keyed') || point === 'log.sent'),
};
/** A point that is passed once in a life, or seldom, is not waited for twice. */
const passesOf = (point: WorkerKillPoint) => (point === 'stage.claimed' || point === 'keyed.position' ? [1] : [1, 2]);

let lanes = 0;

/** Goes on telling until something is so. */
async function tellUntil(lane: number, isEnough: () => boolean): Promise<void> {
  await untilTrue('enough was told', async () => {
    if (!isEnough()) await bench.tell(lane);
    return isEnough();
  });
}

const has = (worker: Worker, event: string) => worker.lines.some((line) => line.event === event);

test('workers killed at any point lose, double and reorder nothing', async (t) => {
  const lane = ++lanes;
  const killing = Promise.all(
    (['stage', 'keyed'] as const).map(async (role) => {
      for (const point of pointsOf[role]) {
        for (const pass of passesOf(point)) {
          await using worker = bench.start({ role, lane, dieAt: { point, pass } });
          await worker.exited;
          assert.equal(worker.process.signalCode, 'SIGKILL', `${role} does not pass ${point}`);
        }
        t.diagnostic(`${role} killed at ${point}`);
      }
      return bench.start({ role, lane });
    }),
  );
  let isOver = false;
  const over = killing.finally(() => (isOver = true));
  await tellUntil(lane, () => isOver);
  const last = await over;
  await bench.untilSaid(lane);
  judge(await bench.untilWritten(lane), lane);
  await Promise.all(last.map((worker) => worker[Symbol.asyncDispose]()));
});

test('of two owners whose leases always say yes the later one works, and nothing is doubled', async () => {
  const lane = ++lanes;
  await using _keyed = bench.start({ role: 'keyed', lane });
  await using keyedToo = bench.start({ role: 'keyed', lane });
  await using first = bench.start({ role: 'stage', lane });
  await tellUntil(lane, () => has(first, 'tookOver'));
  await using second = bench.start({ role: 'stage', lane });
  await tellUntil(lane, () => has(first, 'ended'));
  assert.deepEqual(first.lines.at(-1), { event: 'ended', detail: 'another owner took over' });
  await bench.tell(lane);
  await bench.untilSaid(lane);
  judge(await bench.untilWritten(lane), lane);
  assert.ok(!second.hasExited() && !keyedToo.hasExited());
});

test('an owner that slept past its lease and wakes up again does no harm', async () => {
  const lane = ++lanes;
  const roles = ['stage', 'keyed'] as const;
  const sleepers = roles.map((role) => bench.start({ role, lane, lease: 'shared', instance: `${role} sleeper` }));
  await tellUntil(lane, () => sleepers.every((worker) => has(worker, 'tookOver')));
  await bench.tell(lane);
  for (const { process: sleeper } of sleepers) sleeper.kill('SIGSTOP');
  const others = roles.map((role) => bench.start({ role, lane, lease: 'shared', instance: `${role} other` }));
  await bench.tell(lane);
  await untilTrue('the others took over', () => others.every((worker) => has(worker, 'tookOver')));
  for (const { process: sleeper } of sleepers) sleeper.kill('SIGCONT');
  await tellUntil(lane, () => sleepers.every((worker) => has(worker, 'ended')));
  await bench.untilSaid(lane);
  judge(await bench.untilWritten(lane), lane);
  await Promise.all([...sleepers, ...others].map((worker) => worker[Symbol.asyncDispose]()));
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pause } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { text } from './testing/facts.ts';
import { aPortal } from './testing/portal.ts';
import { startProcess } from './testing/process.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';
import { taken, texts } from './testing/taken.ts';

const { FAULT_SEED = '11' } = process.env;
const seed = Number(FAULT_SEED);

let around: Surroundings;

before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

test('kill -9 when a message is stored and its sealer does not know so, again and again: each event once, no gap, the chain whole', {
  timeout: 180_000,
}, async (t) => {
  t.diagnostic(`FAULT_SEED=${seed}`);
  const portals = [await aPortal(around), await aPortal(around), await aPortal(around)];
  await around.stop();
  let rounds = 0;
  const over = new AbortController();
  const loading = (async () => {
    for (; !over.signal.aborted; rounds += 1) {
      const facts = portals.map(({ portalId }) => text(portalId, `${rounds}`));
      // Another portal is first each time, so that those behind it are the ones that the dead did not come to.
      const first = (rounds * seed) % facts.length;
      await around.say(...facts.slice(first), ...facts.slice(0, first));
      await pause(20, over.signal);
    }
  })();
  try {
    for (const diesAt of [10 + (seed % 31), 5 + ((seed * 7) % 23)]) {
      await using dying = startProcess(around, diesAt);
      assert.equal(await dying.ended, 'SIGKILL');
    }
  } finally {
    over.abort();
    await loading;
  }
  await using _last = startProcess(around);
  const said = Array.from({ length: rounds }, (_, round) => `${round}`);
  for (const { portalId, licenceKey } of portals) {
    await until(async () => (await around.sealed(portalId)).length >= rounds, 60_000);
    const events = await taken(around, portalId, [licenceKey], rounds);
    assert.deepEqual(texts(events), said, `each once, in the order in which they were said, seed ${seed}`);
    const sequences = (await around.sealed(portalId)).map(({ sequence }) => sequence);
    assert.deepEqual(
      sequences,
      said.map((_, index) => index + 1),
      `no gap, seed ${seed}`,
    );
  }
  t.diagnostic(`${rounds} events of each portal`);
});

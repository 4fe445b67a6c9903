import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../packages/testkit/src/servers/ports.ts';
import { endProcess, endsInTime, servesInTime } from './limits.ts';
import { startProcess, untilReady } from './run.ts';

async function aFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-run-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that runs this instead of a service. */
async function aProcess(context: TestContext, code: string) {
  const port = await freePort();
  const ports = { http: port, grpc: port, metrics: port };
  const instance = { service: 'sealer', number: 1, ports };
  const started = startProcess(instance, {}, await aFolder(context), ['-e', code]);
  context.after(() => endProcess(started.child, 'SIGKILL'));
  return started;
}

const waits = 'setInterval(() => {}, 1000)';

test('a service that is not ready in time is named, with the end of its log', async (context) => {
  const code = `console.log("first"); console.error("it waits for its key"); ${waits}`;
  const started = await aProcess(context, code);
  await assert.rejects(untilReady(started, 2_000), {
    name: 'Problem',
    message:
      /^sealer-1 did not become ready within 2 s; .*sealer-1\.log ends with:\n {2}first\n {2}it waits for its key$/,
  });
});

test('a service that ends before it is ready is told of at once, with what it said last', async (context) => {
  const started = await aProcess(context, 'console.error("SEALER_KEK is required"); process.exitCode = 1');
  const message = /^sealer-1 ended before it was ready; .*\n {2}SEALER_KEK is required$/;
  await assert.rejects(untilReady(started), { name: 'Problem', message });
});

test('a process that does not end when it is told to is killed', async (context) => {
  const started = await aProcess(context, `process.on("SIGTERM", () => {}); console.log("deaf"); ${waits}`);
  await new Promise((heard) => started.child.stdout?.once('data', heard));
  await endProcess(started.child, 'SIGTERM', 200);
  assert.equal(started.child.signalCode, 'SIGKILL');
});

test('one that ends in time is not killed', async (context) => {
  const started = await aProcess(context, waits);
  await endProcess(started.child, 'SIGTERM', 60_000);
  assert.equal(started.child.signalCode, 'SIGTERM');
});

test('a service in this process that never serves, or never ends, holds nothing up', async (context) => {
  const never = new Promise<never>(() => {});
  const logFile = join(await aFolder(context), 'normalizer.log');
  await writeFile(logFile, '{"msg":"NATS cannot be reached"}\n');
  const late = servesInTime({ name: 'normalizer', logFile }, never, 20);
  await assert.rejects(late, /^Problem: normalizer did not become ready .*\n {2}\{"msg":"NATS cannot be reached"\}$/);
  assert.equal(await servesInTime({ name: 'normalizer', logFile }, Promise.resolve('served'), 60_000), 'served');
  const told = context.mock.method(console, 'error', () => {});
  await endsInTime(
    [
      { name: 'normalizer', ended: never },
      { name: 'audit', ended: Promise.resolve() },
    ],
    20,
  );
  assert.deepEqual(told.mock.calls[0]?.arguments, ['normalizer did not end within 0.02 s']);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { sendText, startSurroundings, token } from '../../packages/adapter-kit/src/testing/surroundings.ts';
import { MessageState } from '../../packages/contracts/src/index.ts';
import { until } from '../../packages/testkit/src/index.ts';
import { connectorProblems } from './connector-shape.ts';
import { NotMade, scaffold } from './scaffold.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** An installation without connectors: what a new one is added to. */
async function aScratchCopy() {
  const scratch = await mkdtemp(join(tmpdir(), 'scaffold-'));
  await mkdir(join(scratch, 'services/connectors'), { recursive: true });
  await copyFile(join(root, 'services/connectors/package.json'), join(scratch, 'services/connectors/package.json'));
  await copyFile(join(root, 'services/connectors/main.ts'), join(scratch, 'services/connectors/main.ts'));
  await symlink(join(root, 'node_modules'), join(scratch, 'node_modules'));
  await writeFile(join(scratch, 'package.json'), '{"type":"module"}');
  const files = () => globSync('services/**/*.*', { cwd: scratch }).toSorted();
  return { scratch, files, [Symbol.asyncDispose]: () => rm(scratch, { recursive: true }) };
}

/** A platform as the skeleton imagines it. */
async function aPlatform() {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(await text(request)));
    response.end(JSON.stringify({ id: `p-${asked.length}` }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, [Symbol.asyncDispose]: async () => void server.close() };
}

test('a new connector is one folder, in shape, and passes the contract suite as it is', async () => {
  await using copy = await aScratchCopy();
  const before = copy.files();
  const made = await scaffold(copy.scratch, 'connector', 'parrot');
  assert.deepEqual(copy.files(), [...before, ...made].toSorted(), 'no other file was touched');
  assert.deepEqual(connectorProblems(join(copy.scratch, 'services/connectors')), []);
  const suite = join(copy.scratch, made.find(isSuite) ?? '');
  // A test runner that finds itself inside another one says nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', suite], { env });
  assert.match(stdout, /# fail 0/);
  assert.match(stdout, /Parrot: 2 of 2 kinds in have fixtures/);
});

test('a new connector is found by its folder and carries a message in and an answer out', async () => {
  await using copy = await aScratchCopy();
  await scaffold(copy.scratch, 'connector', 'parrot');
  await using platform = await aPlatform();
  await using around = await startSurroundings('parrot', join(copy.scratch, 'services/connectors'));
  const channelId = await around.channel({ settingsJson: JSON.stringify({ apiUrl: platform.url }) });
  await using service = around.start({ PLATFORM_HOSTS: platform.url });
  const { addresses } = await service.ready;

  const message = { id: 'm1', number: 7, sentAt: 1_782_900_123_000, from: { id: 'anna' }, text: 'hello' };
  const call = {
    method: 'POST',
    headers: { 'x-hook-secret': token },
    body: JSON.stringify({ type: 'message', message }),
  };
  await until(async () => (await fetch(`${addresses.http}/hooks/parrot/${channelId}`, call)).ok);
  const [entered] = await around.entered(channelId);
  assert.ok(entered?.item?.$case === 'hookCall' && entered.item.value.events[0]?.dedupeKey === 'message:m1');

  await around.order(sendText(channelId, 'anna', 'good day'));
  const result = await until(async () => {
    const items = (await around.entered(channelId)).map(({ item }) => item);
    return items.flatMap((item) => (item?.$case === 'sendResult' ? [item.value] : []))[0];
  });
  assert.deepEqual([result.state, result.platformIds], [MessageState.MESSAGE_STATE_SENT, ['p-1']]);
  assert.deepEqual(platform.asked, [{ to: 'anna', text: 'good day' }]);
});

test('a name that cannot be one, or that is taken, makes nothing', async () => {
  await using copy = await aScratchCopy();
  for (const [kind, name] of [
    ['connector', 'Bad-Name'],
    ['connector', '../up'],
    ['spaceship', 'parrot'],
  ] as const) {
    await assert.rejects(scaffold(copy.scratch, kind, name), NotMade);
  }
  await scaffold(copy.scratch, 'connector', 'parrot');
  await assert.rejects(scaffold(copy.scratch, 'connector', 'parrot'), /is there already/);
});

test('the connectors of this repository are in shape', () => {
  assert.deepEqual(connectorProblems(join(root, 'services/connectors')), []);
});

function isSuite(file: string): boolean {
  return file.endsWith('suite.test.ts');
}

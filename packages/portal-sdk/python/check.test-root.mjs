// Runs the Python receiver of docs/portal-protocol.md, as it stands there, against this package's own sender.
// Needs python3 with venv and pip; the two libraries are installed into a folder that is removed afterwards.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createSender, licenceKeyOf, requestOf } from '../src/testing/sender.ts';
import { createStrands } from '../src/testing/strands.ts';

const page = readFileSync(new URL('../../../docs/portal-protocol.md', import.meta.url), 'utf8');
const source = /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const libraries = /`pip install ([\w -]+)`/.exec(page)?.[1]?.split(' ') ?? [];
const folder = mkdtempSync(join(tmpdir(), 'portal-receiver-'));
const python = join(folder, 'venv/bin/python');

function run(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`);
}

async function startReceiver(licenceKeys, database = 'portal.db') {
  const env = { ...process.env, PORT: '0', DATABASE: join(folder, database), LICENCE_KEYS: licenceKeys.join(' ') };
  const receiver = spawn(python, [join(folder, 'receiver.py')], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface(receiver.stdout);
  const ended = once(receiver, 'exit').then(([code]) => assert.fail(`the receiver ended at once with ${code}`));
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => undefined);
  return { receiver, url: `http://127.0.0.1:${JSON.parse(line).port}/` };
}

let passed = 0;
async function expect(what, { url, request }, status, body) {
  const signal = AbortSignal.timeout(15_000);
  const answer = await fetch(url, { method: 'POST', headers: request.headers, body: request.rawBody, signal });
  const text = await answer.text();
  assert.equal(answer.status, status, `${what}: ${text}`);
  if (body !== undefined) assert.deepEqual(JSON.parse(text), body, what);
  passed += 1;
  console.log(`ok  ${what}: ${status} ${text}`);
}

/** The receiver answers without reading on: the sender sees 413, or the connection broken while it still writes. */
async function expectTooLarge(url) {
  const body = Buffer.alloc(3_000_000, ' ');
  const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(15_000) }).catch(() => undefined);
  assert.ok(answer === undefined || answer.status === 413, `3 MB: ${answer?.status}`);
  passed += 1;
  console.log(`ok  a body of 3 MB: ${answer?.status ?? 'connection closed'}`);
}

const [key, nextKey, foreignKey] = [1, 2, 3].map(licenceKeyOf);

/** What a partner may do with a receiver: every check of `npm run check-portal` is right. */
async function checkAll() {
  const { receiver, url } = await startReceiver([key], 'checked.db');
  const program = fileURLToPath(new URL('../../../scripts/check-portal.ts', import.meta.url));
  try {
    const checked = spawnSync(process.execPath, [program, url, '--key', key], { encoding: 'utf8', timeout: 120_000 });
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    passed += 1;
    console.log(`ok  ${/\d+ of \d+ right/.exec(checked.stdout)?.[0]} by npm run check-portal`);
  } finally {
    receiver.kill();
  }
}

async function story(url, sender) {
  const send = (what, batch, status, body) => expect(what, { url, request: requestOf(batch, key) }, status, body);
  const first = sender.events(3);
  await send('three good events', first, 200, { accepted: 3 });
  await send('the same again', first, 200, { accepted: 3 });
  await send('grown between two tries', [...first, sender.event({ text: 'Здравствуйте 🙂' })], 200, { accepted: 4 });
  const [fifth, sixth, seventh] = sender.events(3);
  const forged = requestOf([fifth], foreignKey);
  await expect('forged', { url, request: forged }, 401, { error: 'bad_signature' });
  const old = requestOf([fifth], key, Date.now() - 3_600_000);
  await expect('signed an hour ago', { url, request: old }, 401, { error: 'bad_signature' });
  await send('one missing', [sixth], 503, {
    error: 'gap',
    after: fifth.sequence.replace(/5$/, '4'),
    got: sixth.sequence,
  });
  await send('two swapped', [fifth, seventh, sixth], 200, { accepted: 1 });
  await send('another content under the chain', [{ ...sixth, data: seventh.data }], 503);
  await send('tampered', [{ ...sixth, data: `${sixth.data.slice(0, -4)}AAAA` }], 422, { error: 'InvalidTag' });
  await send('the right ones', [sixth, seventh], 200, { accepted: 2 });
  await send('a notice for 40 events, and the next', [sender.notice(40), sender.event()], 200, { accepted: 2 });
  for (const what of ['a replay', 'the replay again'])
    await send(what, [{ ...first[1], replay: 1 }], 200, { accepted: 1 });
  await send('no JSON object', '["text"]', 422);
  await send('no JSON', '[', 400, { error: 'malformed' });
  await expectTooLarge(url);
  sender.useKey(nextKey);
  const [known, unknown] = [sender.event(), sender.event()];
  const kid = JSON.parse(Buffer.from(known.data.split('.')[0], 'base64url').toString()).kid;
  await send('a key that it does not have', [known], 422, { error: 'unknown_key', kid });
  return [known, unknown];
}

/** A parallel portal: strands in any order between them, another number of them, and none again. */
async function parallelStory() {
  const { receiver, url } = await startReceiver([key], 'parallel.db');
  const send = (what, batch, status, body) => expect(what, { url, request: requestOf(batch, key) }, status, body);
  const strands = createStrands(createSender(key));
  const write = () => {
    for (let made = 0; made < 24; made += 1) strands.write(`conversation ${made % 7}`);
  };
  const sendAll = async () => {
    for (let strand = strands.count - 1; strand >= 0; strand -= 1) {
      const batch = strands.batch(strand, 0, 99);
      if (batch.length > 0) await send(`strand ${strand} of ${strands.count}`, batch, 200, { accepted: batch.length });
    }
  };
  try {
    write();
    await sendAll();
    strands.change(2);
    write();
    await send('the first of a strand is missing', strands.batch(0, 1, 1), 503);
    await sendAll();
    await send('a strand again', strands.batch(0, 0, 99), 200);
    // One request of two strands is late: its sender died, and another one sends its events in three strands.
    write();
    const late = [0, 1].map((strand) => strands.batch(strand, 0, 99));
    strands.change(3, 24);
    await sendAll();
    for (const batch of late) await send('the same in former strands', batch, 200, { accepted: batch.length });
    strands.change(1);
    write();
    await sendAll();
    const database = new DatabaseSync(join(folder, 'parallel.db'), { readOnly: true });
    const stored = database.prepare('select sequence from event order by sequence').all();
    assert.deepEqual(
      stored.map(({ sequence }) => Number(sequence)),
      Array.from({ length: 96 }, (_, index) => index + 1),
    );
    database.close();
  } finally {
    receiver.kill();
  }
}

try {
  writeFileSync(join(folder, 'receiver.py'), source);
  run('python3', ['-m', 'venv', join(folder, 'venv')]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...libraries]);
  await checkAll();
  await parallelStory();
  const sender = createSender(key);
  const before = await startReceiver([key]);
  const waiting = await story(before.url, sender).finally(() => before.receiver.kill());
  const after = await startReceiver([nextKey, key]);
  const again = { url: after.url, request: requestOf(waiting, nextKey) };
  await expect('started again with both keys', again, 200, { accepted: 2 }).finally(() => after.receiver.kill());
  const database = new DatabaseSync(join(folder, 'portal.db'), { readOnly: true });
  const stored = database.prepare('select * from event order by sequence, replay').all();
  const taken = stored.filter(({ replay }) => replay === null);
  assert.deepEqual(
    taken.map(({ sequence }) => Number(sequence)),
    [1, 2, 3, 4, 5, 6, 7, 47, 48, 49, 50],
  );
  assert.deepEqual(
    stored.filter(({ replay }) => replay !== null).map(({ sequence }) => Number(sequence)),
    [2],
  );
  assert.equal(JSON.parse(String(taken[3]?.content)).text, 'Здравствуйте 🙂');
  const { sequence, chain } = taken.at(-1) ?? {};
  assert.deepEqual({ sequence, chain }, { ...sender.head() });
  database.close();
  console.log(`${passed + 1} passed: the Python receiver of docs/portal-protocol.md holds each event once, in order`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

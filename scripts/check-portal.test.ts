import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createPortal, listener } from '../packages/portal-sdk/src/index.ts';
import { createOuterHttp } from '../packages/runtime/src/index.ts';
import { postTo } from '../services/delivery/src/check/post-batch.ts';
import { type CheckResult, runChecks } from '../services/delivery/src/check/run-checks.ts';
import { parallelChecks, portalChecks } from '../services/delivery/src/domain/check/checks.ts';
import { formatLicenceKey } from '../services/sealer/src/domain/licence-key.ts';
import { type Asked, readArguments } from './check-portal/arguments.ts';
import { checkedPortal } from './check-portal/checked-portal.ts';
import { createReport } from './check-portal/report.ts';
import { type Sin, startReceiver } from './check-portal/testing/receiver.ts';

const licenceKey = formatLicenceKey(Buffer.alloc(32, 7));
const all = portalChecks.map(({ name }) => name);

async function check(url: string, { args = [] as string[], timeoutMs = 5_000 } = {}): Promise<CheckResult[]> {
  const asked = readArguments([url, '--key', licenceKey, ...args], {}) as Asked;
  await using http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 1_000 });
  const post = postTo(url, http, { timeoutMs, signal: new AbortController().signal });
  const results: CheckResult[] = [];
  const checks = asked.isParallel ? parallelChecks : portalChecks;
  const run = { portal: checkedPortal(asked), post, checks, now: Date.now };
  for await (const result of runChecks(run)) results.push(result);
  return results;
}

function wrong(results: readonly CheckResult[]): string[] {
  return results.filter(({ finding }) => finding?.isRight === false).map((result) => result.check.name);
}

const sins: Readonly<Record<Exclude<Sin, keyof typeof sinsOfStrands>, readonly string[]>> = {
  'believes the unsigned': ['unsigned'],
  'believes the forged': ['forged'],
  'believes the old': ['old timestamp'],
  'answers 422 to the forged': ['unsigned', 'forged', 'old timestamp'],
  'refuses repeats': ['repeat', 'repeat and more', 'repeat, unread', 'largest body'],
  'handles repeats again': ['repeat, unread', 'broken chain'],
  'takes after a gap': ['gap'],
  'counts no chain': ['broken chain'],
  'fails on unknown kinds': ['unknown kind'],
  'passes over unknown keys': ['unknown kid'],
  'answers 400 to unknown keys': ['unknown kid'],
  'passes over notices': ['notice'],
  'moves by replays': ['replay'],
  'reads without end': ['oversized'],
  'reads 1 MiB': ['largest body'],
  redirects: ['good batch'],
  'answers slowly': ['good batch'],
  'answers at length': ['good batch'],
  'hangs up': ['good batch'],
  'is switched off': ['good batch'],
  'takes more than there is': ['good batch'],
  'says yes to everything': ['unsigned', 'forged', 'old timestamp', 'gap', 'broken chain', 'unknown kid', 'oversized'],
};

const sinsOfStrands = {
  'knows no strands': [
    ...(['strands begin', 'strand', 'two strands at once', 'repeat in a strand'] as const),
    ...(['inside its range', 'another number, too early'] as const),
  ],
  'has one cursor for all strands': ['strand behind', 'inside its range', 'another number, too early'],
  'looks at no previous': ['gap in a strand', 'swapped in a strand', 'another number, too early'],
  'takes one request at a time': ['two strands at once'],
  'moves all strands by a notice': ['inside its range', 'another number, too early'],
  'forgets former strands': ['another number', 'no strands any more'],
} as const satisfies Partial<Record<Sin, readonly string[]>>;

for (const [sin, expected] of Object.entries(sinsOfStrands)) {
  test(`a parallel receiver that ${sin} is found out by: ${expected.join(', ')}`, async () => {
    await using receiver = await startReceiver(licenceKey, sin as Sin);
    assert.deepEqual(wrong(await check(receiver.url, { args: ['--parallel'] })), expected);
  });
}

for (const [sin, expected] of Object.entries(sins)) {
  test(`a receiver that ${sin} is found out by: ${expected.join(', ')}`, async () => {
    await using receiver = await startReceiver(licenceKey, sin as Sin);
    const results = await check(receiver.url, { timeoutMs: sin === 'answers slowly' ? 200 : 5_000 });
    assert.deepEqual(wrong(results), expected);
    const sent = results.filter(({ finding }) => finding !== undefined).length;
    assert.equal(sent, expected[0] === 'good batch' ? 1 : all.length);
  });
}

for (const args of [[], ['--parallel']]) {
  test(`a receiver by the page alone is right in all ${args.join()}, and handles each event once`, async () => {
    await using receiver = await startReceiver(licenceKey);
    const results = await check(receiver.url, { args });
    assert.deepEqual([wrong(results), results.length], [[], args.length > 0 ? parallelChecks.length : all.length]);
    const { handled } = receiver;
    // One of them was asked for again by the replay.
    assert.equal(handled.length, new Set(handled).size + 1);
  });
}

test('the listener of the SDK is right in all, also from where it stands', async () => {
  const kinds: string[] = [];
  const portal = createPortal({ licenceKeys: [licenceKey], onEvent: ({ type }) => void kinds.push(type) });
  const server = createServer(listener(portal)).listen(0, '127.0.0.1');
  try {
    await new Promise((listening) => server.once('listening', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    assert.deepEqual(wrong(await check(url, { args: ['--parallel'] })), []);
    const { sequence, chain } = await portal.cursor();
    const again = await check(url, { args: ['--parallel', '--after', sequence, '--chain', chain] });
    assert.deepEqual(wrong(again), []);
    assert.equal(kinds.filter((type) => type === 'trunkline.check.unheard.v1').length, 2);
    assert.equal((await portal.cursor()).chain, again.at(-1)?.cursor.chain);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a wrong receiver is told in words what it answered, what it should, why and what to change', async () => {
  await using receiver = await startReceiver(licenceKey, 'takes after a gap');
  const report = createReport({ hasColours: false });
  const lines = (await check(receiver.url)).flatMap((result) => report.add(result));
  const gap = lines.slice(lines.findIndex((line) => line.startsWith('WRONG'))).slice(0, 5);
  assert.deepEqual(gap, [
    'WRONG  gap: an event out of order: the one before it never came',
    '  it answered  200 {"accepted":1} (Trunkline: all is taken)',
    '  it should    503, nothing taken',
    '  because      An event is missing, and by this answer you would never see it: messages lost or in the wrong order.',
    '  change       Answer 503 to an event whose sequence is not your cursor plus 1, and leave the cursor where it is.',
  ]);
  assert.match(report.end().join('\n'), /WRONG {5}gap +200[\s\S]*14 of 15 right/);
  assert.equal(report.isAllRight(), false);
});

for (const [args, refusal] of [
  [['nowhere'], /one address/],
  [['http://a.example/', 'http://b.example/', '--key', licenceKey], /one address/],
  [['ftp://a.example/', '--key', licenceKey], /one address/],
  [['http://a.example/'], /--key is no licence key/],
  [['http://a.example/', '--key', licenceKey, '--after', '7'], /--after is a sequence and --chain/],
  [['http://a.example/', '--key', licenceKey, '--after', '9'.repeat(20), '--chain', 'a'.repeat(64)], /--after is/],
  [['http://a.example/', '--key', licenceKey, '--source', 'mine'], /--source is/],
] as const) {
  test(`check-portal ${args.join(' ').replaceAll(licenceKey, 'tlk_…')} is refused in a sentence`, () => {
    assert.throws(() => readArguments(args, {}), refusal);
  });
}

test('without --key the first licence key of the receiver itself is taken', () => {
  const asked = readArguments(['http://a.example/'], { LICENCE_KEYS: `${licenceKey} tlk_other` });
  assert.deepEqual(Buffer.from(asked?.secret ?? []), Buffer.alloc(32, 7));
});

test('the exit code says whether all is right', async () => {
  const program = resolve(import.meta.dirname, 'check-portal.ts');
  const run = async (...args: string[]) =>
    promisify(execFile)(process.execPath, [program, ...args]).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      ({ code, stdout, stderr }) => ({ code, text: `${stdout}${stderr}` }),
    );
  await using good = await startReceiver(licenceKey);
  await using bad = await startReceiver(licenceKey, 'believes the forged');
  const [well, ill, mistyped] = await Promise.all([
    run(good.url, '--key', licenceKey),
    run(bad.url, '--key', licenceKey),
    run(good.url, '--key', `${licenceKey}x`),
  ]);
  assert.deepEqual([well.code, ill.code, mistyped.code], [0, 1, 1]);
  assert.match(mistyped.text, /mistyped/);
  assert.ok(![well, ill, mistyped].some(({ text }) => text.includes(licenceKey)), 'a licence key is never printed');
});

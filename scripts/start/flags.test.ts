import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFlags } from './flags.mjs';

const none = { help: false, once: false, reset: false, processes: false, scale: {} };

const cases: readonly { args: string[]; flags: object }[] = [
  { args: [], flags: none },
  { args: ['--once', '--reset'], flags: { ...none, once: true, reset: true } },
  { args: ['--processes'], flags: { ...none, processes: true } },
  {
    args: ['--scale', 'delivery=2', '--scale=webchat=3'],
    flags: { ...none, processes: true, scale: { delivery: 2, webchat: 3 } },
  },
];

for (const { args, flags } of cases) {
  test(`"${args.join(' ')}" is understood`, () => assert.deepEqual(readFlags(args), flags));
}

for (const args of [['--onse'], ['--scale', 'delivery'], ['--scale', 'delivery=0'], ['extra']]) {
  test(`"${args.join(' ')}" is answered with a sentence`, () => {
    const read = readFlags(args);
    assert.ok('mistake' in read && read.mistake.length > 10);
  });
}

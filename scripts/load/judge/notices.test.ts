import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, type NoticeKind } from './notices.ts';
import type { CloudEvent } from './open.ts';

const notice = (kind: NoticeKind, from: number, to: number): CloudEvent => ({
  ...{ id: '', source: '', chain: '', sequence: String(to), datacontenttype: 'application/json' },
  ...{ type: `trunkline.events.${kind}.v1`, data: { from: String(from), to: String(to) } },
});

const rules = (expected: readonly NoticeKind[], refused: readonly number[] = [], isTried = true) => ({
  ...{ expected: new Set(expected), refused: new Set(refused), tried: { includes: () => isTried } },
});

test('a notice is right where its kind is to come, and of what was tried', () => {
  assert.equal(faultOf(notice('skipped', 1, 2), rules(['skipped'])), undefined);
  assert.match(faultOf(notice('skipped', 1, 2), rules(['skipped'], [], false)) ?? '', /never tried/);
  assert.equal(faultOf(notice('expired', 1, 2), rules(['expired'], [], false)), undefined);
});

test('a notice of another kind is a fault: a portal that gets each batch once is not told that something expired', () => {
  assert.match(faultOf(notice('expired', 1, 2), rules(['skipped'])) ?? '', /nothing was to stay away/);
  assert.match(faultOf(notice('skipped', 1, 2), rules([])) ?? '', /nothing was to stay away/);
});

test('parked may be what was refused by id, and no more', () => {
  assert.equal(faultOf(notice('parked', 7, 7), rules([], [7])), undefined);
  assert.match(faultOf(notice('parked', 7, 8), rules([], [7])) ?? '', /nothing was to stay away/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseNames } from './cases.ts';
import type { Fixtures } from './fixtures.ts';

/**
 * Counts the kinds of the platform against the fixtures and prints both numbers: a kind without a fixture needs its reason,
 * and a fixture that is named must be there.
 */
export function testCoverage(title: string, { incoming, outgoing, failures, kinds }: Fixtures): void {
  const present = {
    in: new Set(incoming.keys()),
    out: new Set(outgoing.keys()),
    errors: new Set(failures.map(({ name }) => name)),
  };
  test(`${title}: what is missing is a kind of the platform`, () => {
    const all = new Set([...[kinds.in, kinds.out, kinds.errors].flatMap(Object.keys), ...caseNames]);
    for (const kind of Object.keys(kinds.missing)) assert.ok(all.has(kind), `there is no kind "${kind}"`);
  });
  for (const part of ['in', 'out', 'errors'] as const) {
    const wanted = Object.entries(kinds[part]);
    const missing = wanted.filter(([kind]) => kind in kinds.missing);
    const covered = wanted.filter(([kind, names]) => !(kind in kinds.missing) && names.length > 0);
    const words = { in: 'kinds in', out: 'kinds out', errors: 'rows of errors' }[part];
    test(`${title}: ${covered.length} of ${wanted.length} ${words} have fixtures, ${missing.length} a reason`, (t) => {
      for (const [kind] of missing) t.diagnostic(`without a fixture: ${kind}: ${kinds.missing[kind]}`);
      for (const [kind, names] of wanted) {
        if (kind in kinds.missing) {
          assert.match(kinds.missing[kind] ?? '', /\w+ \w+/, `${part}: ${kind} is missing without a reason`);
          continue;
        }
        assert.ok(names.length > 0, `${part}: ${kind} has neither fixture nor reason`);
        for (const name of names) assert.ok(present[part].has(name), `${part}: ${kind}: there is no fixture "${name}"`);
      }
    });
  }
}

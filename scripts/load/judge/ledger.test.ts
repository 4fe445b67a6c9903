import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { chainAfter, createLedger, type Proof } from './ledger.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** A history of so many events, as it must be. */
function history(count: number): Proof[] {
  const proofs: Proof[] = [];
  for (let number = 1; number <= count; number += 1) {
    const own = { sequence: String(number).padStart(20, '0'), id: `e${number}`, hash: hashOf(`says ${number}`) };
    proofs.push({ ...own, chain: chainAfter(proofs.at(-1)?.chain ?? '0'.repeat(64), own) });
  }
  return proofs;
}

test('the chain is that of the protocol’s test vectors', () => {
  const vectors = [
    ['00000000000000000001', '5d0f1c9e-7a43-5b1e-9d2c-0f6c1a2b3c4d', '{"text":"Hello"}'],
    ['00000000000000000002', 'привет', '{"text":"Здравствуйте"}'],
  ] as const;
  const chains = ['0'.repeat(64)];
  for (const [sequence, id, text] of vectors)
    chains.push(chainAfter(chains.at(-1) ?? '', { sequence, id, hash: hashOf(text) }));
  assert.deepEqual(chains.slice(1), [
    '4cad7ecbf9deb183e7275b81707f664affe609fddef94e03f07ad73b92a311ec',
    '453d99ade02935bb24107a1ecfa7fa1ad3c1dfa3b6f0fd1723706b67e1a19672',
  ]);
});

test('a true history is proven, in whatever order its strands come, and repeats change nothing', () => {
  const [first, second, third] = history(3);
  assert.ok(first && second && third);
  const ledger = createLedger();
  assert.deepEqual(
    [third, first, first, second].map((proof) => ledger.take(proof)),
    [undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(ledger.prove(), []);
});

test('another event under a sequence that was given is told, whatever is another about it', () => {
  const [first] = history(1);
  assert.ok(first);
  for (const other of [{ id: 'e9' }, { hash: hashOf('says something else') }, { chain: 'f'.repeat(64) }]) {
    const ledger = createLedger();
    ledger.take(first);
    assert.match(ledger.take({ ...first, ...other }) ?? '', /1 is another event than it was/);
  }
});

test('a chain that does not follow is told: at once where the one before is known, in the end where it came later', () => {
  const [first, second] = history(2);
  assert.ok(first && second);
  const changed = { ...second, id: 'e9' };
  const atOnce = createLedger();
  atOnce.take(first);
  assert.match(atOnce.take(changed) ?? '', /does not prove 2/);
  const later = createLedger();
  assert.equal(later.take(changed), undefined);
  later.take(first);
  assert.deepEqual(later.prove(), ['the chain does not prove 2']);
  assert.deepEqual(later.prove(), [], 'and once');
});

test('a notice carries the chain over what stayed away', () => {
  const [first, , third, fourth] = history(4);
  assert.ok(first && third && fourth);
  const right = createLedger();
  right.take(first);
  assert.equal(right.takeNotice(third.sequence, third.chain), undefined);
  assert.equal(right.take(fourth), undefined);
  const wrong = createLedger();
  wrong.takeNotice(third.sequence, first.chain);
  assert.match(wrong.take(fourth) ?? '', /does not prove 4/);
  assert.match(wrong.take(third) ?? '', /3 has another chain than it had/);
});

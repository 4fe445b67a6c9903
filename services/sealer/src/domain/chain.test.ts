import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextChain as nextInSdk, start } from '@trunkline/portal-sdk';
import fc from 'fast-check';
import { chainStart, nextChain, plaintextHash, sequenceText } from './chain.ts';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('both sides compute the same chain for any history', () => {
  const event = fc.record({ id: fc.string({ unit: 'grapheme' }), plaintext: fc.uint8Array() });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), fc.bigInt({ min: 1n, max: 2n ** 63n }), (history, first) => {
      let ours = chainStart;
      let theirs = start.chain;
      history.forEach(({ id, plaintext }, index) => {
        const sequence = first + BigInt(index);
        ours = nextChain(ours, { sequence, id, plaintextHash: plaintextHash(plaintext) });
        theirs = nextInSdk(theirs, { sequence: sequenceText(sequence), id, plaintext });
      });
      assert.equal(hex(ours), theirs);
    }),
  );
});

test('a change of the content, the id, the sequence or the order changes every later chain', () => {
  const chainOf = (...history: [number, string, string][]) =>
    hex(
      history.reduce(
        (chain, [sequence, id, text]) =>
          nextChain(chain, { sequence, id, plaintextHash: plaintextHash(Buffer.from(text)) }),
        chainStart,
      ),
    );
  const chains = [
    chainOf([1, 'a', 'x'], [2, 'b', 'y']),
    chainOf([1, 'a', 'y'], [2, 'b', 'x']),
    chainOf([1, 'b', 'x'], [2, 'a', 'y']),
    chainOf([2, 'b', 'y'], [1, 'a', 'x']),
    chainOf([1, 'a', 'x'], [3, 'b', 'y']),
    chainOf([2, 'b', 'y']),
  ];
  assert.equal(new Set(chains).size, chains.length);
});

test('a sequence is written in 20 digits and sorts as text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (a, b) => {
      assert.match(sequenceText(a), /^\d{20}$/);
      assert.equal(sequenceText(a) < sequenceText(b), a < b);
    }),
  );
});

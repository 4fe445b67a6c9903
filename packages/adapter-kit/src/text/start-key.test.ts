import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mark, MarkType, Text } from '@trunkline/contracts';
import { cutStartKey } from './start-key.ts';

const cases: readonly (readonly [written: string, text: string, key: string | undefined])[] = [
  ['Hello! (order code: v-8F3K2)', 'Hello!', 'v-8F3K2'],
  ['Привет! (код: v-8F3K2', 'Привет!', 'v-8F3K2'],
  ['(code:v-8F3K2) ', '', 'v-8F3K2'],
  ['The shirt (size: x-large)', 'The shirt (size: x-large)', undefined],
  ['Call me (phone: 79990001122)', 'Call me (phone: 79990001122)', undefined],
  ['(code: v-8F3K2) and more', '(code: v-8F3K2) and more', undefined],
];
for (const [written, plain, key] of cases) {
  test(`"${written}" has ${key === undefined ? 'no key' : 'a key'}`, () => {
    const found = cutStartKey(Text.create({ plain: written }));
    assert.deepEqual([found.text.plain, found.key], [plain, key]);
  });
}

test('marks over what is cut out go with it', () => {
  const mark = (offset: number, length: number) => Mark.create({ type: MarkType.MARK_TYPE_BOLD, offset, length });
  const { text } = cutStartKey(Text.create({ plain: 'Hello! (code: v-8F3K2)', marks: [mark(0, 5), mark(8, 4)] }));
  assert.deepEqual(text.marks, [mark(0, 5)]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LengthUnit, Origin, OutgoingContent, Party, SendOrder } from '@trunkline/contracts';
import { checkPrivateAnswer, commentsAt, isComments, privateAnswer, writtenBy } from './comments.ts';

test('the first comment and what stands beneath it are one conversation, under what is commented on', () => {
  const place = { platformId: '11_5', parentId: '11' };
  const [first, beneath] = [commentsAt(place), commentsAt({ ...place, beneath: '5' })];
  assert.equal(first.platformId, beneath.platformId);
  assert.deepEqual([first.parentCommentId, beneath.parentCommentId], ['', '5']);
  assert.equal(isComments({ conversation: beneath }), true);
});

test("the account's own comment is nobody's word, and one whose author is not told is still a person's", () => {
  const anna = Party.create({ platformId: '7' });
  assert.deepEqual(writtenBy(anna, true), { origin: Origin.ORIGIN_EXTERNAL });
  assert.deepEqual(writtenBy(anna, false), { origin: Origin.ORIGIN_CONTACT, sender: anna });
  assert.deepEqual(writtenBy(undefined, false), { origin: Origin.ORIGIN_CONTACT });
});

const limits = { textMax: 4, textUnit: LengthUnit.LENGTH_UNIT_BYTES };
const image = { media: { id: 'f1' }, caption: { plain: 'words' } };
const cases = [
  { name: 'a text that fits', content: { text: { plain: 'four' } }, isTaken: true },
  { name: 'a text that has more bytes than letters', content: { text: { plain: 'ффф' } }, isTaken: false },
  { name: 'a picture', content: { image: { media: image.media } }, isTaken: true },
  { name: 'a picture with words', content: { image }, isTaken: false },
  { name: 'one of two parts', content: { text: { plain: 'one' } }, parts: 2, isTaken: false },
];
for (const { name, content, parts = 1, isTaken } of cases) {
  test(`in private ${name} is ${isTaken ? 'taken' : 'refused'}`, () => {
    const check = () => checkPrivateAnswer({ parts }, OutgoingContent.fromJSON({ content }), limits);
    if (isTaken) check();
    else assert.throws(check, { code: 'content_invalid' });
  });
}

test('only what says so is a private answer', () => {
  const orderWith = (options: object) => SendOrder.fromJSON({ message: { message: { options } } });
  assert.equal(privateAnswer(orderWith({})), undefined);
  assert.equal(privateAnswer(orderWith({ isPrivate: true }))?.options?.isPrivate, true);
});

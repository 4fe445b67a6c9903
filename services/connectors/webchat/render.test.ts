import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Content, OutgoingContent } from '@trunkline/contracts';
import { messageEntry, shownContent } from './render.ts';

const urlOf = ({ id }: { readonly id: string }) => `https://files.example/${id}`;
const author = { name: 'Olga', avatarUrl: '' };

test('a text keeps its marks; a link that would run in the page is text', () => {
  const marks = [
    { type: 'MARK_TYPE_BOLD', offset: 0, length: 2 },
    { type: 'MARK_TYPE_LINK', offset: 3, length: 2, href: 'javascript:alert(1)' },
  ];
  const shown = shownContent(Content.fromJSON({ text: { plain: 'go to', marks } }), urlOf);
  assert.deepEqual(shown, { text: 'go to', marks: [{ type: 'bold', offset: 0, length: 2 }] });
});

test('a file is shown with its caption under a link of its own', () => {
  const media = { id: 'm-1', name: 'a.png', mimeType: 'image/png', sizeBytes: 12 };
  const shown = shownContent(Content.fromJSON({ image: { media, caption: { plain: 'look' } } }), urlOf);
  const file = { url: 'https://files.example/m-1', name: 'a.png', mimeType: 'image/png', sizeBytes: 12 };
  assert.deepEqual(shown, { text: 'look', marks: [], file });
});

test('a place becomes a link to the map', () => {
  const shown = shownContent(Content.fromJSON({ location: { latitude: 59.9, longitude: 30.3, title: 'Shop' } }), urlOf);
  assert.equal(shown.text, 'Shop');
  assert.match(shown.marks[0]?.href ?? '', /^https:\/\/www\.openstreetmap\.org\/.*59\.9/);
});

test('buttons keep their rows; one that leads to no web address is left out', () => {
  const buttons = [
    { text: 'Yes', callback: 'y' },
    { text: 'Say it', reply: '' },
    { text: 'Bad', url: 'data:text/html,x' },
  ];
  const message = OutgoingContent.fromJSON({
    content: { text: { plain: 'Well?' } },
    keyboard: { rows: [{ buttons }] },
  });
  const entry = messageEntry('m-1', message, { author, replyTo: 4 }, urlOf);
  assert.deepEqual(entry.buttons, [
    [
      { text: 'Yes', callback: 'y' },
      { text: 'Say it', reply: 'Say it' },
    ],
  ]);
  assert.equal(entry.replyTo, 4);
});

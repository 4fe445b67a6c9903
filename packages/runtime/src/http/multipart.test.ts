import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeForm } from './multipart.ts';

test('a form comes back as it was, line feeds and hostile file names too', async () => {
  const form = new FormData();
  form.set('caption', 'one\ntwo\r\nthree — привет');
  form.set('photo', new Blob([Uint8Array.of(13, 10, 0, 255)], { type: 'image/png' }), 'a"; name="x"\r\nX: 1\r\n.png');
  const { contentType, body } = await encodeForm(form);
  assert.ok(body.includes('\r\n\r\none\ntwo\r\nthree — привет\r\n'));

  const back = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  assert.equal(back.get('caption'), 'one\ntwo\r\nthree — привет');
  const photo = back.get('photo') as File;
  assert.equal(photo.type, 'image/png');
  assert.deepEqual(new Uint8Array(await photo.arrayBuffer()), Uint8Array.of(13, 10, 0, 255));
  assert.deepEqual([...back.keys()], ['caption', 'photo']);
});

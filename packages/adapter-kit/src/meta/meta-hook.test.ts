import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawCall } from '../connector.ts';
import { appSecretProof, isMetaCall, metaAnswer, metaVerifyToken } from './meta-hook.ts';

const secret = 'app-secret-1';
const word = metaVerifyToken(secret, 'account 1');
const call = (parts: Partial<RawCall>): RawCall => ({
  ...{ method: 'POST', path: '', query: {}, headers: {}, body: new Uint8Array(), receivedAtMs: 0 },
  ...parts,
});
const signed = (text: string, signature: string) =>
  isMetaCall(call({ body: Buffer.from(text), headers: { 'x-hub-signature-256': signature } }), secret, word);

test('a call is let in by the signature over its very bytes', () => {
  const body = '{"object":"page","entry":[{"id":"1020304050","time":1782900123999,"messaging":[]}]}';
  const escaped = String.raw`{"text":"\u041f\u0440\u0438\u0432\u0435\u0442","url":"https:\/\/a.example"}`;
  const signature = 'sha256=0b01b0768ac8555f861e800901812923483fe1c0f3c5303300fdbc917f5d6b94';
  assert.equal(signed(body, signature), true);
  assert.equal(signed(escaped, 'sha256=fa7b1be7934d838a6314e410eb80d6a44fdc1e5d69724721868ab03a747973f5'), true);
  assert.equal(signed(`${body} `, signature), false);
  assert.equal(signed(body, signature.replace('sha256=', '')), false);
  assert.equal(isMetaCall(call({ body: Buffer.from(body) }), secret, word), false);
});

test('a handshake is let in by its word and answered by its challenge', () => {
  const query = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': word };
  const handshake = call({ method: 'GET', query });
  assert.equal(isMetaCall(handshake, secret, word), true);
  assert.equal(isMetaCall({ ...handshake, query: { ...query, 'hub.verify_token': 'guessed' } }, secret, word), false);
  assert.equal(isMetaCall({ ...handshake, query: { ...query, 'hub.mode': 'unsubscribe' } }, secret, word), false);
  assert.deepEqual(metaAnswer(handshake), { status: 200, contentType: 'text/plain', body: '1158201444' });
  assert.notEqual(metaVerifyToken(secret, 'account 2'), word);
});

test('the proof of the app secret is as the platform computes it', () => {
  const proof = '79a70820a138eabab4b27a175c01b2af0ce3d288290ae4289651b3135275889c';
  assert.equal(appSecretProof('EAAtoken', secret), proof);
});

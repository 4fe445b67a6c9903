import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAbout } from './parse-about.ts';
import { channelFor, phoneNumberId } from './testing/desk.ts';

const channel = { ...channelFor(), accountName: 'Shop 24 +1 555-078-3881' };
const { accountName: _, ...unnamed } = channel;
const alert = (entity_type: string, entity_id: string) => ({ entity_type, entity_id });

const cases: readonly (readonly [about: string, value: object, isOurs: boolean])[] = [
  ['a message of the number', { metadata: { phone_number_id: phoneNumberId } }, true],
  ['a message of another number', { metadata: { phone_number_id: '1' } }, false],
  ['news of the number', { display_phone_number: '15550783881' }, true],
  ['news of the number, as people write it', { display_phone_number: '+1 (555) 078-3881' }, true],
  ['news of another number', { display_phone_number: '15550783882' }, false],
  ['what an account says of its number', { phone_number: '15550783881', event: 'VERIFIED_ACCOUNT' }, true],
  ['what an account says of another number', { phone_number: '15550783882', event: 'VERIFIED_ACCOUNT' }, false],
  ['an alert of the number', alert('PHONE_NUMBER', phoneNumberId), true],
  ['an alert of another number', alert('PHONE_NUMBER', '1'), false],
  ['an alert of the account', alert('WABA', '1'), true],
  ['news of the account', { event: 'ACCOUNT_VIOLATION' }, true],
];
for (const [about, value, isOurs] of cases) {
  test(`${about} is ${isOurs ? 'ours' : 'not ours'}`, () => assert.equal(isAbout({ value }, channel), isOurs));
}

test('a channel whose number is not known hears of every number: nothing is lost', () => {
  assert.equal(isAbout({ value: { display_phone_number: '15550783882' } }, unnamed), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { ConfigError, listSetting, printable, readConfig, secretSetting, switchSetting } from './config.ts';
import { docsTable, exampleText, settingsOf } from './config-docs.ts';

const schema = z.object({
  PORTAL_TIMEOUT_MS: z.coerce.number().int().min(1).default(15_000).describe('Longest wait for an answer.'),
  MONGO_URL: z.url().describe('Where MongoDB is.'),
  SIGNING_SECRET: secretSetting().describe('Key of links.'),
  HOSTS: listSetting().describe('Hosts that are allowed.'),
  ALLOW_PRIVATE: switchSetting(false).describe('Are private addresses allowed.'),
  NAME: z.string().optional().describe('Name for people.'),
});

const good = { MONGO_URL: 'mongodb://me:pw@mongo/', SIGNING_SECRET: 'hush', HOSTS: 'a, b,,c', ALLOW_PRIVATE: 'yes' };

test('settings are read by name, an empty variable is an absent one, others are left alone', () => {
  const config = readConfig(schema, { ...good, PORTAL_TIMEOUT_MS: '', NAME: '', PATH: '/bin' });
  assert.equal(config.PORTAL_TIMEOUT_MS, 15_000);
  assert.deepEqual(config.HOSTS, ['a', 'b', 'c']);
  assert.equal(config.ALLOW_PRIVATE, true);
  assert.equal(config.SIGNING_SECRET.reveal(), 'hush');
  assert.equal(config.NAME, undefined);
  assert.ok(!('PATH' in config));
});

test('all problems are told together, with what each setting is for, and no value is shown', () => {
  const bad = { MONGO_URL: 'hush-hush no url', PORTAL_TIMEOUT_MS: 'soon', ALLOW_PRIVATE: 'perhaps' };
  assert.throws(
    () => readConfig(schema, bad),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.problems.length, 4);
      assert.match(error.message, /SIGNING_SECRET is required \(Key of links\.\)/);
      assert.match(error.message, /PORTAL_TIMEOUT_MS is not valid: .*\(Longest wait for an answer\.\)/);
      assert.doesNotMatch(error.message, /hush-hush/);
      return true;
    },
  );
});

test('printed settings show secrets as present or absent and addresses without passwords', () => {
  const shown = JSON.stringify(printable(schema, readConfig(schema, good)));
  assert.doesNotMatch(shown, /hush|:pw@/);
  assert.match(shown, /"SIGNING_SECRET":"present"/);
  assert.match(shown, /"NAME":"absent"/);
});

test('the example file and the table are made from the schema', () => {
  const settings = settingsOf(schema);
  assert.match(exampleText(settings), /# Longest wait for an answer\.\n# PORTAL_TIMEOUT_MS=15000\n/);
  assert.match(exampleText(settings), /\n# Where MongoDB is\.\nMONGO_URL=\n/);
  assert.match(docsTable(settings), /\| `SIGNING_SECRET` \| required \| Key of links\. Secret\. \|/);
  assert.match(docsTable(settings), /\| `ALLOW_PRIVATE` \| `false` \|/);
});

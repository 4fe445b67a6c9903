import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { exampleFile, settingsSection, withSettings } from './settings/documents.ts';

test('the tables of settings are those of the schemas (npm run settings writes them anew)', async () => {
  const document = await readFile('docs/operations.md', 'utf8');
  assert.equal(document, withSettings(document, await settingsSection()));
});

test('.env.example is that of the schemas (npm run settings writes it anew)', async () => {
  assert.equal(await readFile('.env.example', 'utf8'), await exampleFile());
});

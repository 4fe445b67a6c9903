// `npm run settings` writes the tables of settings into docs/operations.md and .env.example, from the schemas that the services
// read their environment by.
import { readFile, writeFile } from 'node:fs/promises';
import { exampleFile, settingsSection, withSettings } from './settings/documents.ts';

const document = 'docs/operations.md';
await writeFile(document, withSettings(await readFile(document, 'utf8'), await settingsSection()));
await writeFile('.env.example', await exampleFile());

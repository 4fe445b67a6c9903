import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseEnv } from 'node:util';
import { coreServices } from '../packages/contracts/src/index.ts';
import { readConfig, settingsFor } from '../packages/runtime/src/index.ts';
import { composeFile } from './compose/compose-file.ts';
import { serviceFolders } from './compose/folders.ts';
import { natsPasswords, serviceSecrets } from './compose/service-secrets.ts';
import { clearSettings } from './compose/service-settings.ts';
import { natsUsersConf } from './infra/nats-users.ts';
import { definitionOf } from './settings/definitions.ts';
import { demoTenantId } from './up/seed.ts';

const folders = serviceFolders();
const { services, connectors } = folders;
const plan = { root: Buffer.alloc(32, 1), connectors };

test('docker-compose.yml is that of the folders (npm run compose writes it anew)', async () => {
  assert.equal(await readFile('docker-compose.yml', 'utf8'), composeFile(folders));
});

test('the demo allows private addresses to its own tenant, its own messenger, and nobody else', async () => {
  const demo = parseEnv(await readFile('deploy/compose/demo.env', 'utf8'));
  assert.equal(demo.ALLOW_PRIVATE_PORTALS, demoTenantId);
  const address = /TELEGRAM_API_URL: (\S+)/.exec(composeFile(folders))?.[1];
  assert.equal(demo.PLATFORM_HOSTS, address);
});

test('the folders of services are those that rights know', () => {
  assert.deepEqual(services, coreServices.toSorted());
});

test('a connector that is added is a service, known to the gateway, with secrets of its own', () => {
  const text = composeFile({ ...folders, connectors: [...connectors, 'viber'] });
  assert.match(text, /^ {2}viber:\n/m);
  assert.match(text, /viber=http:\/\/viber:8080/);
  assert.match(text, /secrets-viber:\/run\/trunkline:ro/);
});

for (const name of [...services, ...connectors]) {
  test(`${name} has every setting that it requires`, async () => {
    const { uses, config } = await definitionOf(name);
    const env = { ...ofTheHost(clearSettings(name, folders)), ...serviceSecrets(name, plan), NATS_URL: 'nats://nats' };
    assert.doesNotThrow(() => readConfig(settingsFor(uses).extend(config.shape), env));
  });
}

for (const name of [...services, ...connectors]) {
  test(`the README of ${name} says how it starts alone`, async () => {
    const folder = connectors.includes(name) ? `services/connectors/${name}` : `services/${name}`;
    const text = await readFile(`${folder}/README.md`, 'utf8');
    assert.ok(text.includes(`Alone: \`docker compose up --build --wait ${name}\`.`));
  });
}

test('no two services share a password or a token', () => {
  const own = [...services, ...connectors].flatMap((name) => {
    const { NATS_PASSWORD, INNER_TOKEN, MONGO_URL } = serviceSecrets(name, plan);
    return [NATS_PASSWORD, INNER_TOKEN, ...(MONGO_URL === undefined ? [] : [MONGO_URL])];
  });
  assert.equal(new Set(own).size, own.length);
});

test('every password that the users of NATS name is written beside them', () => {
  const named = [...natsUsersConf(connectors).matchAll(/\$([A-Z0-9_]+_PASSWORD)/g)].map(([, name]) => name ?? '');
  assert.deepEqual(Object.keys(natsPasswords(plan)).toSorted(), named.toSorted());
});

/** As compose reads them when the host has set nothing: `${NAME:-otherwise}`, also one inside the other. */
function ofTheHost(settings: Record<string, string>): Record<string, string> {
  const read = (value: string): string => {
    const inner = value.replaceAll(/\$\{\w+:-([^${}]*)\}/g, '$1');
    return inner === value ? value : read(inner);
  };
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, read(value)]));
}

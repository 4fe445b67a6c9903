import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { ChannelEntry, TenantEntry } from '@trunkline/contracts';
import type { Directory } from '@trunkline/runtime';
import sample from '../testing/sample/sample/index.ts';
import { createChannels, openChannel } from './channels.ts';

const key = createSecretKey(Buffer.alloc(32, 1));

/** The directory as a connector sees it: one tenant that is on, one that is off, a channel each, and one that is off itself. */
function aDirectory(isLoaded: boolean): Directory {
  const tenants = ['on', 'off'].map((id) => TenantEntry.fromPartial({ id, isActive: id === 'on' }));
  const entries = [
    { id: 'one', tenantId: 'on', isActive: true },
    { id: 'switched off', tenantId: 'on', isActive: false },
    { id: 'of a tenant that is off', tenantId: 'off', isActive: true },
  ].map((entry) => ChannelEntry.fromPartial({ ...entry, connector: 'sample', settingsJson: '{}' }));
  const view: Partial<Directory> = {
    isLoaded,
    tenant: (id) => tenants.find((tenant) => tenant.id === id),
    channel: (connector, id) => entries.find((entry) => entry.connector === connector && entry.id === id),
    channels: () => entries,
    onChange: () => () => {},
  };
  return view as Directory;
}

function channelsOver(isLoaded: boolean, name = 'sample') {
  return createChannels({ name, connector: sample, directory: aDirectory(isLoaded), key, onTrouble: () => {} });
}

test('until the directory is loaded nobody is told that a channel is not there: the messenger is to come again', () => {
  const channels = channelsOver(false);
  for (const id of ['one', 'unknown']) assert.throws(() => channels.find(id), { code: 'unavailable' });
  assert.equal(channels.ready('one'), undefined);
});

test('loaded and absent, off, or of a tenant that is off: it is not there', () => {
  const channels = channelsOver(true);
  for (const id of ['unknown', 'switched off', 'of a tenant that is off']) assert.equal(channels.find(id), undefined);
  assert.equal(channelsOver(true, 'another').find('one'), undefined);
  assert.deepEqual(
    channels.entries().map(({ id }) => id),
    ['one'],
  );
});

test('where a text is shown that a secret of the channel stands in, the secret is not', () => {
  const parts = { id: 'one', tenantId: 'on', connector: 'sample', accountId: '', name: '' };
  const settingsJson = '{"apiUrl": "https://api.example"}';
  const secrets = { token: '700100:secret/of ours', empty: '', short: 'me' };
  const channel = openChannel(sample, { ...parts, settingsJson }, secrets, ['https://api.example']);
  const shown = channel.withoutSecrets ?? assert.fail();
  assert.equal(shown(`/bot${secrets.token}/sendMe`), '/bot***/sendMe');
  assert.equal(shown(`/bot${encodeURIComponent(secrets.token)}/sendMe`), '/bot***/sendMe');
  assert.equal(shown('/bot/me'), '/bot/me');
});

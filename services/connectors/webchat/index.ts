import { defineConnector, newSecret } from '@trunkline/adapter-kit';
import { capabilities } from './capabilities.ts';
import { send } from './send.ts';
import { serve } from './serve.ts';
import { settings } from './settings.ts';

/** The website widget: our own messenger, with a door of its own. */
export default defineConnector({
  title: 'Website chat',
  settings,
  // Optional: with it, a site's server proves who its user is.
  secretNames: ['identity_key'],
  capabilities,
  connect: async (channel) => ({
    accountId: channel.id,
    accountName: channel.name,
    secrets: { session_key: channel.optionalSecret('session_key') ?? newSecret() },
  }),
  send,
  serve,
});

import { defineConnector, divideMetaCall, metaAnswer } from '@trunkline/adapter-kit';
import { ConversationKind } from '@trunkline/contracts';
import { capabilities, commentCapabilities } from './capabilities.ts';
import { download } from './download.ts';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, hookKey, identify } from './setup.ts';
import { probe } from './setup-health.ts';
import { introduce } from './setup-people.ts';
import { accounts, authorizeUrl } from './setup-sign-in.ts';
import { verify, verifyToken } from './verify.ts';

/** Professional accounts of Instagram: direct messages, and comments under their posts. */
export default defineConnector<Settings>({
  title: 'Instagram',
  settings,
  addressNames: ['apiUrl', 'appsUrl', 'signInUrl', 'tokenUrl'],
  secretNames: ['token', 'appSecret'],
  capabilities,
  capabilitiesByKind: { [ConversationKind.CONVERSATION_KIND_COMMENTS]: commentCapabilities },
  limitKeys: ({ settings: { appId: app } }) => ({ app }),
  // Files lie on hosts of their own.
  hosts: ({ apiUrl, appsUrl, tokenUrl }) => [
    ...[apiUrl, appsUrl, tokenUrl].map((url) => new URL(url).host),
    ...['.fbsbx.com', '.cdninstagram.com', '.fbcdn.net'],
  ],
  identify,
  connect,
  disconnect,
  probe,
  oauth: { authorizeUrl, accounts },
  introduce,
  hook: { verify, parse, answer: metaAnswer, shared: { key: hookKey, divide: divideMetaCall, proof: verifyToken } },
  poll,
  pollsBesideHook: true,
  send,
  download,
});

import { defineConnector, divideMetaCall, metaAnswer } from '@trunkline/adapter-kit';
import { ConversationKind } from '@trunkline/contracts';
import { capabilities, commentCapabilities } from './capabilities.ts';
import { download } from './download.ts';
import { confirms, parse } from './parse.ts';
import { poll } from './poll.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, hookKey, identify } from './setup.ts';
import { probe } from './setup-health.ts';
import { introduce } from './setup-people.ts';
import { accounts, authorizeUrl } from './setup-sign-in.ts';
import { templates } from './setup-templates.ts';
import { verify, verifyToken } from './verify.ts';

/** Facebook pages: Messenger, and comments under their posts. */
export default defineConnector<Settings>({
  title: 'Facebook',
  settings,
  addressNames: ['apiUrl', 'signInUrl'],
  secretNames: ['token', 'appSecret'],
  capabilities,
  capabilitiesByKind: { [ConversationKind.CONVERSATION_KIND_COMMENTS]: commentCapabilities },
  limitKeys: ({ settings: { appId: app } }) => ({ app }),
  // Files lie on hosts of their own.
  hosts: ({ apiUrl }) => [new URL(apiUrl).host, '.fbcdn.net', '.fbsbx.com'],
  identify,
  connect,
  disconnect,
  probe,
  oauth: { authorizeUrl, accounts },
  templates,
  introduce,
  hook: {
    verify,
    parse,
    answer: metaAnswer,
    confirms,
    shared: { key: hookKey, divide: divideMetaCall, proof: verifyToken },
  },
  poll,
  // It tells of an outage of ours only.
  pollsBesideHook: true,
  send,
  download,
});

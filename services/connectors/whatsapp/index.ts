import { defineConnector, metaAnswer, metaVerifyToken } from '@trunkline/adapter-kit';
import { ConversationKind } from '@trunkline/contracts';
import { capabilities, groupCapabilities } from './capabilities.ts';
import { download } from './download.ts';
import { confirms, parse } from './parse.ts';
import { divide } from './parse-divide.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, identify } from './setup.ts';
import { probe } from './setup-health.ts';
import { templates } from './setup-templates.ts';
import { hookKey, verify, verifyToken } from './verify.ts';

/** WhatsApp numbers, by Meta's Cloud API. */
export default defineConnector<Settings>({
  title: 'WhatsApp',
  settings,
  addressNames: ['apiUrl'],
  secretNames: ['token', 'appSecret', 'pin'],
  capabilities,
  channelRate: ({ messagesPerSecond }) => messagesPerSecond,
  capabilitiesByKind: { [ConversationKind.CONVERSATION_KIND_GROUP]: groupCapabilities },
  // An app is told by its secret alone.
  limitKeys: (channel) => ({
    app: metaVerifyToken(channel.optionalSecret('appSecret') ?? '', 'its limit'),
    account: channel.settings.businessAccountId,
  }),
  // Files lie on hosts of their own.
  hosts: ({ apiUrl }) => [new URL(apiUrl).host, '.fbsbx.com', '.whatsapp.net', '.fbcdn.net'],
  identify,
  connect,
  disconnect,
  probe,
  templates,
  hook: { verify, parse, answer: metaAnswer, confirms, shared: { key: hookKey, divide, proof: verifyToken } },
  send,
  download,
});

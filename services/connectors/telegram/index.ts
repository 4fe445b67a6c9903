import { defineConnector } from '@trunkline/adapter-kit';
import { capabilities, groupRatePerSecond } from './capabilities.ts';
import { download } from './download.ts';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { isGroup } from './render.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, identify, probe } from './setup.ts';
import { verify } from './verify.ts';

/** Telegram bots, by the Bot API. */
export default defineConnector<Settings>({
  title: 'Telegram',
  settings,
  addressNames: ['apiUrl'],
  secretNames: ['token'],
  capabilities,
  hosts: ({ apiUrl }) => [new URL(apiUrl).host],
  conversationRate: (conversation) => (isGroup(conversation) ? groupRatePerSecond : 1),
  identify,
  connect,
  disconnect,
  probe,
  hook: { verify, parse },
  poll,
  send,
  download,
});

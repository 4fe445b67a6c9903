import { defineConnector } from '@trunkline/adapter-kit';
import { capabilities, keySeconds } from './capabilities.ts';
import { download } from './download.ts';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, identify, probe } from './setup.ts';
import { verify } from './verify.ts';

/** Bots of Yandex Messenger, by its Bot API. */
export default defineConnector<Settings>({
  title: 'Yandex Messenger',
  settings,
  addressNames: ['apiUrl'],
  secretNames: ['token'],
  capabilities,
  hosts: ({ apiUrl }) => [new URL(apiUrl).host],
  identify,
  connect,
  disconnect,
  probe,
  hook: { verify, parse },
  poll,
  ...{ send, sendKeySeconds: keySeconds },
  download,
});

import { defineConnector } from '@trunkline/adapter-kit';
import { capabilities } from './capabilities.ts';
import { parse } from './parse.ts';
import { send } from './send.ts';
import { settings } from './settings.ts';
import { connect, disconnect, identify, probe } from './setup.ts';
import { verify } from './verify.ts';

/** __Title__. */
export default defineConnector({
  title: '__Title__',
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
  send,
});

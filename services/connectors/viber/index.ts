import { defineConnector } from '@trunkline/adapter-kit';
import { capabilities } from './capabilities.ts';
import { download } from './download.ts';
import { answer, confirms } from './hook.ts';
import { parse } from './parse.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, identify, probe } from './setup.ts';
import { verify } from './verify.ts';

/** Viber bots, by the REST bot API. */
export default defineConnector<Settings>({
  title: 'Viber',
  settings,
  addressNames: ['apiUrl'],
  secretNames: ['token'],
  capabilities,
  hosts: ({ apiUrl }) => [new URL(apiUrl).host, '.viber.com'],
  identify,
  connect,
  disconnect,
  probe,
  hook: { verify, parse, answer, confirms },
  send,
  download,
});

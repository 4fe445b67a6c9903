import { defineConnector } from '@trunkline/adapter-kit';
import { capabilities, capabilitiesBySubchannel } from './capabilities.ts';
import { download } from './download.ts';
import { answer } from './hook.ts';
import { refuses } from './hook-refuses.ts';
import { parse } from './parse.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, identify, probe } from './setup.ts';
import { verify } from './verify.ts';

/** Lines of other companies, by a protocol of our own: protocol.md beside this file. */
export default defineConnector<Settings>({
  title: 'Network',
  settings,
  // With it the channel joins that line; without it the channel is a line.
  secretNames: ['code'],
  capabilities,
  capabilitiesBySubchannel,
  identify,
  connect,
  disconnect,
  probe,
  hook: { verify, parse, refuses, answer },
  send,
  download,
});

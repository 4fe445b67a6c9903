import { defineConnector } from '@trunkline/adapter-kit';
import { bySubchannel, capabilities } from './capabilities.ts';
import { download } from './download.ts';
import { answer } from './hook.ts';
import { parse } from './parse.ts';
import { send } from './send.ts';
import { fetchedHosts, type Settings, settings } from './settings.ts';
import { connect, identify, probe } from './setup.ts';
import { verify } from './verify.ts';

/** Bots of Azure Bot Service: Teams, Slack, GroupMe, SMS, mail, each a subchannel of one bot. */
export default defineConnector<Settings>({
  title: 'Microsoft Bot Framework',
  settings,
  addressNames: ['loginUrl', 'openIdUrl'],
  secretNames: ['clientSecret'],
  capabilities,
  capabilitiesBySubchannel: bySubchannel,
  hosts: fetchedHosts,
  identify,
  connect,
  probe,
  hook: { verify, parse, answer },
  send,
  download,
});

import { defineConnector } from '@trunkline/adapter-kit';
import { capabilities } from './capabilities.ts';
import { download } from './download.ts';
import { answer, confirms } from './hook.ts';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, identify, introduce, probe } from './setup.ts';
import { oauth } from './setup-oauth.ts';
import { verify } from './verify.ts';

const ownHosts = ['vk.com', '.vk.com', '.vk.me', '.userapi.com', '.vkuserphoto.ru', '.mycdn.me'];

/** VK communities, by the Callback API or Bots Long Poll. */
export default defineConnector<Settings>({
  title: 'VK',
  settings,
  addressNames: ['apiUrl', 'oauthUrl'],
  secretNames: ['token', 'appSecret'],
  capabilities,
  hosts: ({ apiUrl, oauthUrl }) => [new URL(apiUrl).host, new URL(oauthUrl).host, ...ownHosts],
  identify,
  connect,
  disconnect,
  probe,
  oauth,
  introduce,
  hook: { verify, parse, answer, confirms },
  poll,
  send,
  download,
});

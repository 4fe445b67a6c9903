import { defineConnector } from '@trunkline/adapter-kit';
import { ConversationKind } from '@trunkline/contracts';
import { capabilities, commentCapabilities, placeCapabilities } from './capabilities.ts';
import { download } from './download.ts';
import { answer, confirms } from './hook.ts';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { connect, disconnect, identify, introduce, probe } from './setup.ts';
import { accounts, authorizeUrl } from './setup-oauth.ts';
import { verify } from './verify.ts';

const ownHosts = ['vk.com', '.vk.com', '.vk.me', '.userapi.com', '.vkuserphoto.ru', '.mycdn.me'];

/** VK communities, by the Callback API or Bots Long Poll: messages, and comments. */
export default defineConnector<Settings>({
  title: 'VK',
  settings,
  addressNames: ['apiUrl', 'oauthUrl'],
  secretNames: ['token', 'appSecret'],
  capabilities,
  capabilitiesByKind: { [ConversationKind.CONVERSATION_KIND_COMMENTS]: commentCapabilities },
  capabilitiesBySubchannel: placeCapabilities,
  hosts: ({ apiUrl, oauthUrl }) => [new URL(apiUrl).host, new URL(oauthUrl).host, ...ownHosts],
  identify,
  connect,
  disconnect,
  probe,
  oauth: { authorizeUrl, accounts },
  introduce,
  hook: { verify, parse, answer, confirms },
  poll,
  send,
  download,
});

import type { ConnectorServiceDefinition } from '@trunkline/contracts';
import { type Implementation, TrunklineError } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';
import type { OAuthAccount } from '../oauth.ts';
import { understand } from './entrance.ts';
import { describedChannel, type RpcParts, said, talk } from './rpc-talk.ts';

type Methods = Implementation<typeof ConnectorServiceDefinition>;
type Questions = Pick<Methods, 'authorizeUrl' | 'listAccounts' | 'fetchTemplates' | 'findNumbers' | 'parseAgain'>;

/** More accounts than this nobody chooses from. */
const accountsMax = 1_000;

/** The methods about abilities that some messengers have. */
export function connectorQuestions(parts: RpcParts): Questions {
  const { connector } = parts;
  return {
    authorizeUrl: async ({ signInId, redirectUrl, state, codeChallenge, ...app }) => {
      const { authorizeUrl } = able(connector, 'oauth', 'Nobody signs in at this messenger: enter its token.');
      const described = describedChannel(parts, { ...app, channelId: signInId });
      try {
        return { url: authorizeUrl({ redirectUrl, state, codeChallenge }, described) };
      } catch (error) {
        throw said(error);
      }
    },
    listAccounts: async ({ signInId, redirectUrl, codeVerifier, query, ...app }, { signal }) => {
      const { accounts } = able(connector, 'oauth', 'Nobody signs in at this messenger: enter its token.');
      const described = describedChannel(parts, { ...app, channelId: signInId });
      const answer = { redirectUrl, codeVerifier, query };
      const found = await talk(parts, described, signal, (tools) => accounts(answer, described, tools));
      return { accounts: found.slice(0, accountsMax).map(toldAccount) };
    },
    fetchTemplates: async ({ channelId }, { signal }) => {
      const templates = able(connector, 'templates', 'This messenger has no templates.');
      const channel = knownChannel(parts, channelId);
      return { templates: [...(await talk(parts, channel, signal, (tools) => templates(channel, tools)))] };
    },
    parseAgain: async ({ channelId, raw, rawObjectKey, receivedAt }) => {
      const channel = knownChannel(parts, channelId);
      const { hook } = connector;
      if (hook === undefined) return { parseError: 'nothing is parsed here' };
      const body = rawObjectKey === '' ? raw : await parts.bodyOf(rawObjectKey);
      if (body === undefined) return { parseError: 'its body is kept no longer' };
      const call = { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: receivedAt?.getTime() ?? 0 };
      const { events, parseError } = understand(hook, call, channel);
      return { events: [...events], parseError };
    },
    findNumbers: async ({ channelId, phones }, { signal }) => {
      const check = able(connector, 'checkNumbers', 'This messenger does not tell which numbers it knows: just write.');
      const channel = knownChannel(parts, channelId);
      const found = await talk(parts, channel, signal, (tools) => check(phones, channel, tools));
      const known = found.flatMap(({ phone, platformId }) => (platformId === undefined ? [] : { phone, platformId }));
      return { numbers: known };
    },
  };
}

/** An ability that the messenger has. */
function able<Ability extends 'oauth' | 'templates' | 'checkNumbers'>(
  connector: Connector,
  ability: Ability,
  otherwise: string,
): NonNullable<Connector[Ability]> {
  const found = connector[ability];
  if (found !== undefined) return found;
  throw new TrunklineError('unsupported', otherwise, { publicMessage: otherwise });
}

function knownChannel({ channels }: RpcParts, channelId: string): ChannelAccess {
  const channel = channels.find(channelId);
  if (channel !== undefined) return channel;
  const publicMessage = 'The channel is switched off, or its connector has not heard of it yet.';
  throw new TrunklineError('failed_precondition', publicMessage, { publicMessage });
}

function toldAccount({ accountId, accountName, settings = {}, secrets, warning = '' }: OAuthAccount) {
  return { accountId, accountName, settingsJson: JSON.stringify(settings), secrets: { ...secrets }, warning };
}

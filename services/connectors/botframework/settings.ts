import { z } from 'zod';

const address = z.url({ protocol: /^https?$/ });

/** What a person may set of a bot. */
export const settings = z.object({
  appId: z.guid().describe('Application (client) ID of the Azure bot'),
  tenantId: z
    .union([z.literal(''), z.guid()])
    .default('')
    .describe('Directory (tenant) ID of the app; empty for an old app of many tenants'),
  botName: z.string().max(100).default('').describe('Name of the bot; empty: its application ID'),
  isInTeams: z.boolean().default(true).describe('The bot is in Microsoft Teams: its link opens a chat there'),
  loginUrl: address.default('https://login.microsoftonline.com').describe('Where tokens are had'),
  openIdUrl: address
    .default('https://login.botframework.com/v1/.well-known/openidconfiguration')
    .describe("Where the service's keys are told of"),
  firstWordUrl: address
    .default('https://smba.trafficmanager.net/teams/')
    .describe('Where a first word in Teams goes, to somebody who has not written yet'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;

/** Hosts of the service itself: they alone ever get a token. */
const serviceHosts = ['smba.trafficmanager.net', '.botframework.com'];

/** Where each channel keeps what people send. */
const fileHosts = ['.sharepoint.com', '.slack.com', '.slack-files.com', '.groupme.com', 'api.twilio.com'];

/** Hosts that may be called. */
export function fetchedHosts({ loginUrl, openIdUrl }: Settings): string[] {
  return [new URL(loginUrl).host, new URL(openIdUrl).host, ...serviceHosts, ...fileHosts];
}

/** May the bot's token be sent there? Whoever gives the service's keys is the service too. Pure. */
export function isTrusted(url: string, { openIdUrl }: Pick<Settings, 'openIdUrl'>): boolean {
  const asked = URL.parse(url);
  const own = new URL(openIdUrl);
  if (asked === null) return false;
  if (asked.host === own.host && asked.protocol === own.protocol) return true;
  const isThere = (host: string) => (host.startsWith('.') ? asked.hostname.endsWith(host) : asked.host === host);
  return asked.protocol === 'https:' && serviceHosts.some(isThere);
}

import { createHookCaller, type HookCaller, type SimulatorWorld, toBigJson } from '@trunkline/testkit/simulator';
import { type Bot, botIdIn, type Conversation, newActivityId, type Person } from './bot.ts';
import { claimsFor, type SigningKeys } from './tokens.ts';
import { type Activity, channels, type Fields } from './types.ts';

/** How the hook is called. */
export interface HookTimes {
  /** The platform waits no longer; 15 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
}

/** Where activities go. */
export interface Hook {
  tell(activity: Activity): void;
  /** Tells one that wants an answer at once, and gives it. */
  ask(activity: Activity): Promise<{ readonly status: number; readonly text: string }>;
  /** Calls with a token that is wrong in one way. Tells the status. */
  forge(activity: Activity, wrong: WrongToken): Promise<number>;
  waiting(): number;
  redeliver(given: { count?: number }): number;
  forged(): readonly number[];
}

/** In which way a token can be wrong. */
export type WrongToken =
  | 'none'
  | 'key'
  | 'unknown_kid'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not_yet'
  | 'service_url'
  | 'nothing';

const teamsGivesUpAfterMs = 60_000;
const invokeLimitMs = 10_000;
const hourSeconds = 3_600;

/** Tells the bot's endpoint what happens, each call with a token of the service's own. */
export function createHook(
  bot: Bot,
  keys: SigningKeys,
  { world, answerLimitMs = 15_000, retryDelayMs = 1_000 }: HookTimes & { readonly world: SimulatorWorld },
): Hook {
  const callerFor = (giveUpAfterMs: number): HookCaller<Activity> =>
    createHookCaller<Activity>({
      prepare: ([activity], { proof }) => {
        if (activity === undefined || bot.hook === undefined) return undefined;
        const claims = claimsFor(bot, String(activity.serviceUrl));
        const token = proof === 'none' ? undefined : keys.token(claims, { isForeignKey: proof === 'wrong' });
        return {
          url: bot.hook,
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          body: toBigJson(activity),
        };
      },
      answerLimitMs,
      retryDelayMs,
      giveUpAfterMs,
      troubles: bot.troubles,
      complain: world.complain,
      signal: world.ended,
    });
  const teams = callerFor(teamsGivesUpAfterMs);
  const others = callerFor(0);

  async function post(activity: Activity, token: string | undefined) {
    if (bot.hook === undefined) throw new Error('there is no hook');
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    const signal = AbortSignal.any([world.ended, AbortSignal.timeout(invokeLimitMs)]);
    const response = await fetch(bot.hook, { method: 'POST', headers, body: toBigJson(activity), signal });
    return { status: response.status, text: await response.text() };
  }

  function wrongToken(activity: Activity, wrong: WrongToken): string | undefined {
    const claims = claimsFor(bot, String(activity.serviceUrl));
    const seconds = Math.floor(bot.now() / 1_000);
    const changed: Partial<Record<WrongToken, Fields>> = {
      issuer: { iss: 'https://sts.windows.net/somebody/' },
      audience: { aud: '00000000-0000-0000-0000-000000000000' },
      expired: { exp: seconds - hourSeconds, nbf: seconds - 2 * hourSeconds },
      not_yet: { nbf: seconds + hourSeconds, exp: seconds + 2 * hourSeconds },
      service_url: { serviceurl: 'https://attacker.example/' },
    };
    if (wrong === 'none') return undefined;
    return keys.token(
      { ...claims, ...changed[wrong] },
      { isForeignKey: wrong === 'key', ...(wrong === 'unknown_kid' && { kid: 'unknown' }) },
    );
  }

  return {
    tell: (activity) => (channels[String(activity.channelId)]?.repeats === true ? teams : others).push(activity),
    ask: (activity) => post(activity, keys.token(claimsFor(bot, String(activity.serviceUrl)))),
    forge: async (activity, wrong) => (await post(activity, wrongToken(activity, wrong))).status,
    waiting: () => teams.waiting() + others.waiting(),
    redeliver: (given) => teams.redeliver(given) + others.redeliver(given),
    forged: () => [...teams.forged, ...others.forged],
  };
}

/** An activity of a conversation, with what every one has. */
export function activityOf(
  bot: Bot,
  {
    conversation,
    from,
    serviceUrl,
  }: { readonly conversation: Conversation; readonly from: Person; readonly serviceUrl: string },
  what: Activity,
): Activity {
  const { id, channel, type, title } = conversation;
  const isTeams = channel === 'msteams';
  const place = isTeams ? { conversationType: type, tenantId: bot.tenantId } : {};
  return {
    id: newActivityId(bot),
    timestamp: new Date(bot.now()).toISOString(),
    serviceUrl,
    channelId: channel,
    from: { id: from.id, name: from.name, ...(isTeams && { aadObjectId: `0f8f${from.id.slice(-8)}` }) },
    recipient: { id: botIdIn(bot, channel), name: bot.name },
    conversation: { id, isGroup: type !== 'personal', ...(title && { name: title }), ...place },
    locale: 'ru-RU',
    ...what,
  };
}

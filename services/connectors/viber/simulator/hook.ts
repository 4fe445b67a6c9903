import { createHmac } from 'node:crypto';
import { createHookCaller, type HookCaller, type SimulatorWorld, toBigJson } from '@trunkline/testkit/simulator';
import { type Account, nextToken, wantsEvent } from './account.ts';
import { type Fields, ViberRefusal } from './types.ts';

/** How the hook is called. */
export interface HookTimes {
  /** The platform waits no longer; 5 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
}

/** One event, with everything that stands in it. */
export interface Event extends Fields {
  readonly event: string;
}

const hourMs = 60 * 60_000;

/** Tells the bot's hook what happens. An answer to an opened conversation may carry a welcome. */
export function createHook(
  account: Account,
  world: SimulatorWorld,
  {
    answerLimitMs = 5_000,
    retryDelayMs = 1_000,
    onWelcome,
  }: HookTimes & { readonly onWelcome: (event: Event, text: string) => void },
): HookCaller<Event> {
  return createHookCaller<Event>({
    prepare: ([event], { proof }) => {
      if (event === undefined || account.hook === undefined || !wantsEvent(account, event.event)) return undefined;
      return { ...signed(account, account.hook.url, toBigJson(event), proof) };
    },
    isTaken: ({ status }) => status === 200,
    onTaken: ([event], { text }) => {
      if (event?.event === 'conversation_started' && text.trim().startsWith('{')) onWelcome(event, text);
    },
    answerLimitMs,
    retryDelayMs,
    giveUpAfterMs: hourMs,
    troubles: account.troubles,
    complain: world.complain,
    signal: world.ended,
  });
}

/** A call with its proof, in the header and in the address. */
function signed({ token }: Account, hookUrl: string, body: string, proof: 'genuine' | 'wrong' | 'none') {
  if (proof === 'none') return { url: hookUrl, body };
  const signature = signatureOf(body, proof === 'wrong' ? `${token}-of-somebody-else` : token);
  const url = new URL(hookUrl);
  url.searchParams.set('sig', signature);
  return { url: url.href, headers: { 'x-viber-content-signature': signature }, body };
}

/** Lower-case hex over the very bytes, keyed by the token. */
export function signatureOf(body: string, token: string): string {
  return createHmac('sha256', token).update(body).digest('hex');
}

/** An event with what every one has. */
export function eventOf(account: Account, event: string, fields: Fields): Event {
  return {
    event,
    timestamp: account.now(),
    chat_hostname: 'SN-CHAT-05_',
    message_token: nextToken(account),
    ...fields,
  };
}

/** Calls an address that is to become the hook, as `set_webhook` does before it answers. Throws ViberRefusal. */
export async function tryHook(account: Account, url: string, limitMs: number): Promise<void> {
  const body = toBigJson(eventOf(account, 'webhook', {}));
  const call = signed(account, url, body, 'genuine');
  const headers = { 'content-type': 'application/json', ...call.headers };
  const problem = await fetch(call.url, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body,
    signal: AbortSignal.timeout(limitMs),
  }).then(
    ({ status }) => (status === 200 ? '' : `Result Not Valid HTTP status code: ${status}`),
    (error: unknown) => `failed to connect: ${error instanceof Error ? error.message : error}`,
  );
  if (problem !== '') throw new ViberRefusal('invalidUrl', problem);
}

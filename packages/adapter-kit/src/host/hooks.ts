import type { CounterMetric, Door, Logger, TenantRates, Tracing } from '@trunkline/runtime';
import { asTrunklineError, nothingHere, TrunklineError } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Hook, HookAnswer, RawCall } from '../connector.ts';
import type { SentMessages } from '../queue/sent-messages.ts';
import type { HttpServer } from '../tools.ts';
import type { Channels } from './channels.ts';
import { enterCall, type Understood, understand } from './entrance.ts';
import type { Introductions } from './introductions.ts';
import type { ReceivedIds } from './received-ids.ts';
import { createTurns } from './turns.ts';

/** What hook calls need. */
export interface HookParts {
  readonly name: string;
  readonly hook: Hook;
  readonly channels: Pick<Channels, 'find'>;
  readonly door: Pick<Door, 'enter'>;
  readonly rates: TenantRates;
  readonly receivedIds: Pick<ReceivedIds, 'note'>;
  readonly sent: Pick<SentMessages, 'confirm'>;
  readonly introductions: Introductions;
  readonly tracing: Tracing;
  readonly log: Logger;
  readonly now: () => number;
  /** Hook calls by what became of them. */
  readonly calls: CounterMetric;
}

/** Calls of one channel that may wait for their turn, and how long: a platform asks again after a 503. */
const mostWaiting = 200;
const longestWaitMs = 4_000;

/**
 * Answers `/hooks/<connector>/<channel>/…`: verified on the raw bytes, understood, stored, and only then answered with
 * success. What cannot be understood is stored with the reason. One call of a channel at a time.
 */
export function addHookRoutes(http: HttpServer, parts: HookParts): void {
  const turns = createTurns(mostWaiting, longestWaitMs);
  const answer = async (call: RawCall, channelId: string, traceparent: string | undefined): Promise<Answered> => {
    const channel = parts.channels.find(channelId);
    if (channel === undefined) throw nothingHere();
    await requireGenuine(parts.hook, call, channel);
    // Only what is the platform's own counts: nobody else may use up a tenant's rate.
    parts.rates.take(channel.tenantId);
    const options = { isRoot: true, kind: 'server', parent: traceparent } as const;
    const understood = understand(parts.hook, call, channel);
    // Asked before the turn comes, so that a strange person costs the others as little as can be.
    const introduced = parts.introductions.complete(channel, understood.events);
    const outcome = await parts.tracing.span('hook', options, (span) =>
      turns.take(channelId, async () => {
        const events = await introduced;
        return await take(parts, {
          call,
          channel,
          traceparent: span.traceparent,
          understood: { ...understood, events },
        });
      }),
    );
    return { outcome, answer: parts.hook.answer?.(call, channel) ?? { status: 200 } };
  };
  const url = `/hooks/${parts.name}/:channelId`;
  for (const path of [url, `${url}/*`]) {
    http.route<{ Params: { channelId: string; '*'?: string } }>({
      method: ['GET', 'POST'],
      url: path,
      handler: async (request, reply) => {
        const { channelId, '*': rest } = request.params;
        const call = callOf(request, rest === undefined ? '' : `/${rest}`, parts.now());
        const { status, contentType, body } = await counted(parts.calls, () =>
          answer(call, channelId, call.headers.traceparent),
        );
        reply.code(status);
        if (contentType !== undefined) reply.type(contentType);
        return reply.send(body ?? '');
      },
    });
  }
}

/** What became of a call that was stored, and what the platform hears. */
interface Answered {
  readonly outcome: 'stored' | 'parked';
  readonly answer: HookAnswer;
}

interface Taking {
  readonly call: RawCall;
  readonly channel: ChannelAccess;
  readonly traceparent: string | undefined;
  readonly understood: Understood;
}

async function take(parts: HookParts, taking: Taking): Promise<Answered['outcome']> {
  const { call, channel, traceparent, understood } = taking;
  const { events, parseError } = understood;
  const { body: raw, receivedAtMs } = call;
  await enterCall(parts.door, channel, { raw, receivedAtMs, traceparent, events, parseError });
  if (parseError !== '') {
    parts.log.warn('A hook call was not understood', { channel: channel.id, reason: parseError });
    return 'parked';
  }
  parts.receivedIds.note(events);
  const confirmed = parts.hook.confirms?.(call, channel) ?? [];
  // A proof that is lost is told by the platform's receipts again, or by a person.
  if (confirmed.length > 0)
    await parts.sent.confirm(channel.id, confirmed).catch((error: unknown) => {
      parts.log.warn('A proof of a send could not be kept', { channel: channel.id, error });
    });
  return 'stored';
}

/** Throws what a call that is not the platform's is to hear. */
async function requireGenuine(hook: Hook, call: RawCall, channel: ChannelAccess): Promise<void> {
  try {
    if (await hook.verify(call, channel)) return;
  } catch (error) {
    const { code, message } = asTrunklineError(error);
    if (code === 'transient' || code === 'unavailable')
      throw new TrunklineError('unavailable', message, { certain: true });
  }
  throw new TrunklineError('bad_signature', 'a hook call is not of the platform');
}

/** Every call is counted once. */
async function counted(calls: CounterMetric, answering: () => Promise<Answered>): Promise<HookAnswer> {
  try {
    const { outcome, answer } = await answering();
    calls.add(1, { outcome });
    return answer;
  } catch (error) {
    calls.add(1, { outcome: asTrunklineError(error).code });
    throw error;
  }
}

/** What of a request a connector sees. */
interface HookRequest {
  readonly method: string;
  readonly query: unknown;
  readonly headers: object;
  readonly body: unknown;
}

function callOf(request: HookRequest, path: string, nowMs: number): RawCall {
  const texts = (record: unknown) =>
    Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, String(value)]));
  return {
    method: request.method,
    path,
    query: texts(request.query),
    headers: texts(request.headers),
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
    receivedAtMs: nowMs,
  };
}

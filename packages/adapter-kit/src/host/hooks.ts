import type { CounterMetric, Door, Logger, TenantRates, Tracing } from '@trunkline/runtime';
import { asTrunklineError, timeLimit } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { HookAnswer, RawCall } from '../connector.ts';
import type { SentMessages } from '../queue/sent-messages.ts';
import type { HttpServer } from '../tools.ts';
import type { Drift } from './drift/drift.ts';
import { enterCall, tellsSomething, type Understood, understand } from './entrance.ts';
import type { HealthTeller } from './health.ts';
import { type AddressParts, addressedBy, type ChannelCall, cannotBeOpened } from './hook-address.ts';
import type { Introductions } from './introductions.ts';
import { createPatientRates } from './patient-rates.ts';
import { keepProofs } from './proofs.ts';
import { createTurns } from './turns.ts';

/** What hook calls need. */
export interface HookParts extends AddressParts {
  readonly name: string;
  readonly door: Pick<Door, 'enter'>;
  readonly rates: TenantRates;
  readonly sent: Pick<SentMessages, 'confirm'>;
  readonly introductions: Introductions;
  readonly drift: Pick<Drift, 'seeBody'>;
  readonly health: Pick<HealthTeller, 'heard'>;
  readonly tracing: Tracing;
  readonly log: Logger;
  readonly now: () => number;
  /** Hook calls by what became of them. */
  readonly calls: CounterMetric;
}

/** Calls of one channel that may wait for their turn, and how long: a platform asks again after a 503. */
const mostWaiting = 200;
const longestWaitMs = 4_000;
/** Longest question whether a call is refused, or what it is answered. */
const questionMs = 2_000;

/**
 * Answers `/hooks/<connector>/<channel>/…`: verified on the raw bytes, understood, stored, and only then answered with
 * success. What cannot be understood is stored with the reason. One call of a channel at a time. An address that channels
 * share stands for those whose accounts the call tells of, and each gets what is about its own.
 */
export function addHookRoutes(http: HttpServer, parts: HookParts): void {
  const turns = createTurns(mostWaiting, longestWaitMs);
  const patientRates = createPatientRates(parts.rates);
  const store = async ({ channel, call }: ChannelCall, isShared: boolean, traceparent: string | undefined) => {
    const options = { isRoot: true, kind: 'server', parent: traceparent } as const;
    const understood = understand(parts.hook, call, channel);
    // Only what is the platform's own and is kept counts: nobody else may use up a tenant's rate.
    if (tellsSomething(understood)) await (isShared ? patientRates : parts.rates).take(channel.tenantId);
    // Asked before the turn comes, so that a strange person costs the others as little as can be.
    const introduced = parts.introductions.complete(channel, understood.events);
    return await parts.tracing.span('hook', options, (span) =>
      turns.take(channel.id, async () => {
        const whole = { ...understood, events: await introduced };
        return await take(parts, { call, channel, traceparent: span.traceparent, understood: whole });
      }),
    );
  };
  const answer = async (call: RawCall, key: string, traceparent: string | undefined): Promise<Answered> => {
    const { answering, calls, isShared, isCut } = await addressedBy(parts, call, key);
    const refusal = await refusalOf(parts, call, answering);
    if (refusal !== undefined) return { outcome: 'refused', answer: refusal };
    const outcomes = await allOf(calls.map((one) => store(one, isShared, traceparent)));
    // The others have theirs, and know it again when it is repeated.
    if (isCut) throw cannotBeOpened();
    const outcome = orderedOutcomes.find((one) => outcomes.includes(one)) ?? 'no_account';
    return { outcome, answer: await answerOf(parts, call, answering) };
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

/** What became of a call, the most telling first, if it was for several. */
const orderedOutcomes = ['parked', 'stored', 'told_nothing'] as const;
type Outcome = (typeof orderedOutcomes)[number];

/** What became of a call, and what the platform hears. */
interface Answered {
  readonly outcome: Outcome | 'no_account' | 'refused';
  readonly answer: HookAnswer;
}

/**
 * Waits for everybody's share, also where one is refused: whoever shares an address with a tenant whose door is closed has what
 * is theirs before the platform is asked to call again. Rejects with the first refusal.
 */
async function allOf(storing: readonly Promise<Outcome>[]): Promise<Outcome[]> {
  await Promise.allSettled(storing);
  return await Promise.all(storing);
}

/** A refusal costs the tenant nothing: it is asked for before a rate counts. */
async function refusalOf(
  { hook, toolsOf }: HookParts,
  call: RawCall,
  channel: ChannelAccess,
): Promise<HookAnswer | undefined> {
  if (hook.refuses === undefined) return undefined;
  using limit = timeLimit(questionMs);
  return await hook.refuses(call, channel, toolsOf(channel, limit.signal));
}

async function answerOf({ hook, toolsOf }: HookParts, call: RawCall, channel: ChannelAccess): Promise<HookAnswer> {
  using limit = timeLimit(questionMs);
  return (await hook.answer?.(call, channel, toolsOf(channel, limit.signal))) ?? { status: 200 };
}

interface Taking {
  readonly call: RawCall;
  readonly channel: ChannelAccess;
  readonly traceparent: string | undefined;
  readonly understood: Understood;
}

async function take(parts: HookParts, taking: Taking): Promise<Outcome> {
  const { call, channel, traceparent, understood } = taking;
  const { events, parseError } = understood;
  const { body: raw, receivedAtMs } = call;
  await enterCall(parts.door, channel, { raw, receivedAtMs, traceparent, events, parseError });
  parts.drift.seeBody(raw);
  if (parseError !== '') parts.log.warn('A hook call was not understood', { channel: channel.id, reason: parseError });
  // Nobody waits for it: the next probe would tell it too.
  void parts.health.heard(channel, parts.channels.entry(channel.id)?.revision ?? 0, events);
  await keepProofs(parts, call, channel);
  if (parseError !== '') return 'parked';
  return tellsSomething(understood) ? 'stored' : 'told_nothing';
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

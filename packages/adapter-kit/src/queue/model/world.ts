import { setImmediate as turn } from 'node:timers/promises';
import { Capabilities, EgressBatch, EgressItem, type SendResult, subjects } from '@trunkline/contracts';
import { createRequestGate, createTracing, LostOwnership, WrongLastSequence } from '@trunkline/runtime';
import { z } from 'zod';
import type { ChannelAccess } from '../../channel.ts';
import { defineConnector } from '../../connector.ts';
import { ConnectorError } from '../../connector-error.ts';
import type { HeldOrder } from '../held-store.ts';
import { runSendLane, type SendLaneParts } from '../lane.ts';
import { createSendKind } from '../send-kind.ts';
import { createMemoryBus, type Op } from './memory-bus.ts';
import { type Ended, heldOver, sentOver } from './memory-stores.ts';
import { createVirtualTime } from './virtual-time.ts';

/** How the platform answers a call. */
export type Reaction = 'sent' | 'refused' | 'denied' | 'later' | 'later for long' | 'cut';

/** How one owner of the lane ends: at which of its calls, before or after the call has happened; or never. */
export interface OwnerEnd {
  readonly atOp: number;
  readonly isAfter: boolean;
  /** True: it is not dead, only not heard of for a while; it goes on beside the next one. */
  readonly isTwin: boolean;
}

/** What one run of the model is. */
export interface Plan {
  /** Conversation of each order. */
  readonly orders: readonly number[];
  /** Which of them are bulk; absent: none. */
  readonly bulk?: readonly boolean[];
  /** How many orders above the low mark may be in memory; absent: as many as usual. */
  readonly windowSize?: number;
  /** How the platform answers its calls, in turn; afterwards it sends. */
  readonly reactions: readonly Reaction[];
  readonly ends: readonly OwnerEnd[];
  /** How many sends a second the platform takes; absent: as many as there are. */
  readonly ratePerSecond?: number;
  /** How long the platform remembers what it was sent, and drops repeats; 0: not at all; infinite: for ever, but it may refuse them. */
  readonly keySeconds: number;
  /** What NATS has lost when the last owner begins, after everything is done; undefined: nothing, and there is no such owner. */
  readonly loss?: 'the log of sending' | 'the orders, which dispatch wrote again';
}

/** What happened. */
export interface Outcome {
  /** Calls that the platform took, or may have taken, in order. */
  readonly arrived: readonly number[];
  readonly results: ReadonlyMap<number, SendResult>;
  readonly heldAtEnd: number;
  /** How long it took, in milliseconds of the model. */
  readonly tookMs: number;
  readonly isFinished: boolean;
  /** Orders whose result was told once more after the loss. */
  readonly toldAgain: number;
  /** What failed and must not. */
  readonly troubles: readonly unknown[];
}

const connectorName = 'model';
const lane = 0;
const tracing = createTracing({ service: 'model', instance: 'model', ratio: 0 });
const channel: ChannelAccess = {
  ...{ id: 'c1', tenantId: 't1', connector: connectorName, accountId: 'a', name: 'Sales', settings: {} },
  secret: () => '',
  optionalSecret: () => undefined,
};

/** What sending hears and asks besides: here all is well. */
const around = {
  // Its orders are texts: no file is brought, no picture made fit.
  ownFiles: {} as never,
  pictures: { connector: {} } as never,
  reportFile: async () => {},
  shared: { pause: () => {}, untilMs: () => 0 },
  onAccepted: () => {},
  isPresent: () => true,
  isStillWell: async () => true,
  onSignedOut: async () => {},
  onRefusal: () => {},
  onAttempt: () => {},
};

/** Plays a plan with the product's own lane over memory, owner after owner, until nothing is left to happen. */
export async function play(plan: Plan): Promise<Outcome> {
  const time = createVirtualTime();
  const startedAtMs = time.scheduler.now();
  const bus = createMemoryBus();
  const held = new Map<string, HeldOrder>();
  const ended = new Map<string, Ended>();
  const results = new Map<number, SendResult>();
  const arrived: number[] = [];
  const arrivedAtMs = new Map<number, number>();
  const troubles: unknown[] = [];
  const reactions = [...plan.reactions];
  let told = 0;
  for (const order of ordersOf(plan)) bus.append(subjects.egress(connectorName, lane, 'c1'), order);

  const startOwner = (number: number, end: OwnerEnd | undefined) => {
    let ops = 0;
    let isDead = false;
    let isEnded = false;
    let onNext = () => {};
    const never = new Promise<never>(() => {});
    const op: Op = async (run) => {
      await Promise.resolve();
      ops += 1;
      const isEnd = end !== undefined && ops === end.atOp;
      if (isEnd) onNext();
      if (isEnd && !end.isTwin && !end.isAfter) isDead = true;
      if (isDead) return await never;
      const value = run();
      if (isEnd && !end.isTwin) isDead = true;
      if (isDead) return await never;
      return value;
    };
    const parts = partsOf(op);
    const lease = new AbortController();
    const running = runSendLane(
      parts,
      { lane, owner: `owner ${number}`, signal: lease.signal, wasReleased: false, confirmedAgoMs: () => 0 },
      () => {},
    )
      .catch((error: unknown) => {
        if (!(error instanceof LostOwnership)) throw error;
      })
      .finally(() => {
        isEnded = true;
      });
    const nextIsDue = new Promise<void>((resolve) => {
      onNext = resolve;
    });
    return { running, nextIsDue, stop: () => lease.abort(), isOver: () => isDead || isEnded };
  };

  const partsOf = (op: Op): SendLaneParts => ({
    connector: connectorName,
    bus: bus.portOf(op),
    held: heldOver(held, op),
    scheduler: time.scheduler,
    gate: createRequestGate(),
    ...(plan.windowSize !== undefined && { windowSize: plan.windowSize }),
    onTrouble: (error) => {
      // A fenced owner hears this of its log; nothing else fails here.
      if (!(error instanceof WrongLastSequence)) troubles.push(error);
    },
    kindOf: () =>
      createSendKind(
        {
          name: connectorName,
          connector: connectorOver(op),
          sent: sentOver(ended, op),
          tracing,
          now: time.scheduler.now,
          settings: { timeoutMs: 2_000, doubtMs: 60_000, deniedMs: 60_000, slots: 3 },
          channel: () => channel,
          toolsOf: () => ({}) as never,
          report: (_item, result) =>
            op(() => {
              told += 1;
              results.set(Number(result.messageId), result);
            }),
          ...around,
        },
        'c1',
      ),
  });

  const connectorOver = (op: Op) =>
    defineConnector<unknown>({
      ...{ title: 'Model', settings: z.unknown(), secretNames: [] },
      capabilities: Capabilities.fromPartial({
        ratePerSecond: plan.ratePerSecond ?? 0,
        isSendIdempotent: plan.keySeconds > 0,
        sendKeySeconds: Number.isFinite(plan.keySeconds) ? plan.keySeconds : 0,
      }),
      send: async ({ message }) => {
        const number = Number(message?.id);
        const reaction = await op(() => {
          const next = reactions.shift() ?? 'sent';
          const now = time.scheduler.now();
          const knownUntilMs = (arrivedAtMs.get(number) ?? Number.NEGATIVE_INFINITY) + plan.keySeconds * 1_000;
          const mayRefuse = plan.keySeconds === Number.POSITIVE_INFINITY && next === 'refused';
          if (now < knownUntilMs && !mayRefuse) return next === 'cut' ? 'cut' : 'sent';
          if (next === 'sent' || next === 'cut') {
            arrived.push(number);
            arrivedAtMs.set(number, now);
          }
          return next;
        });
        if (reaction !== 'sent') throw errorOf(reaction);
        return { platformIds: [`p${number}`] };
      },
    });

  const isFinished = () => results.size === plan.orders.length && held.size === 0;
  const owners: ReturnType<typeof startOwner>[] = [];
  for (const [number, end] of [...plan.ends, undefined].entries()) {
    const owner = startOwner(number, end);
    owners.push(owner);
    let isNextDue = false;
    void owner.nextIsDue.then(() => {
      isNextDue = true;
    });
    await until(() => isNextDue || isFinished(), time.advance);
  }
  const tookMs = time.scheduler.now() - startedAtMs;
  for (const owner of owners) owner.stop();
  const toldBefore = told;
  if (plan.loss !== undefined) {
    await until(() => owners.every(({ isOver }) => isOver()), time.advance);
    bus.lose((subject) => subject.startsWith('sends.'));
    if (plan.loss !== 'the log of sending') bus.repeat(subjects.egress(connectorName, lane, 'c1'));
    const last = startOwner(plan.ends.length + 1, undefined);
    await until(() => told - toldBefore >= plan.orders.length, time.advance);
    last.stop();
  }
  const toldAgain = told - toldBefore;
  return { arrived, results, heldAtEnd: held.size, tookMs, isFinished: isFinished(), toldAgain, troubles };
}

function errorOf(reaction: Exclude<Reaction, 'sent'>): ConnectorError {
  if (reaction === 'cut') return new ConnectorError('unknown_outcome', 'cut');
  if (reaction === 'refused') return new ConnectorError('recipient_blocked', 'refused');
  if (reaction === 'denied') return new ConnectorError('auth_revoked', 'denied');
  const retryAfterMs = reaction === 'later' ? 500 : 20_000;
  return new ConnectorError('retry_after', 'later', { retryAfterMs, scope: 'conversation' });
}

/** Lets everything happen that can, then moves the time, until it is enough. */
async function until(isEnough: () => boolean, advance: () => boolean): Promise<void> {
  for (let idle = 0; idle < 30_000 && !isEnough(); idle += 1) {
    await turn();
    await turn();
    if (!isEnough()) advance();
  }
}

function ordersOf({ orders, bulk = [] }: Plan): Uint8Array[] {
  return orders.map((conversation, index) => orderOf(index, conversation, bulk[index] === true));
}

function orderOf(index: number, conversation: number, isBulk: boolean): Uint8Array {
  const item = EgressItem.fromPartial({
    ...{
      tenantId: 't1',
      channelId: 'c1',
      conversationId: `conversation ${conversation}`,
      at: new Date(Date.UTC(2026, 0, 1)),
    },
    order: {
      $case: 'send',
      value: {
        message: { id: String(index), priority: isBulk ? 2 : 1, action: { $case: 'message', value: {} } },
        conversation: { platformId: 'p' },
      },
    },
  });
  return EgressBatch.encode({ items: [Buffer.from(EgressItem.encode(item).finish())] }).finish();
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot, Webhook } from './bot.ts';
import { runMethod } from './methods.ts';
import type { WaitingUpdate } from './updates.ts';

/** How updates are delivered. */
export interface DeliverOptions {
  /** Ends all deliveries. */
  readonly signal: AbortSignal;
  /** Wait after the first failure; doubles up to a hundred times that. */
  readonly retryDelayMs: number;
  /** A hook that answers later than this is remembered as slow. */
  readonly answerLimitMs: number;
  readonly onSlow: (slow: SlowAnswer) => void;
}

/** A hook call that was answered too late. */
export interface SlowAnswer {
  readonly updateId: number;
  readonly answeredAfterMs: number;
}

const giveUpMs = 60_000;
const growthMax = 100;
const forgottenAfterMs = 24 * 60 * 60 * 1_000;

/**
 * Delivers a bot's updates to its hook until the signal aborts: as many at once as the hook allows, each again and again
 * until it hears 2xx. With one at a time the order is kept; with more it is not, as on the platform.
 */
export async function deliverUpdates(bot: Bot, options: DeliverOptions): Promise<void> {
  const { signal } = options;
  const underWay = new Set<number>();
  const jobs = new Set<Promise<void>>();
  while (!signal.aborted) {
    const next = nextUpdates(bot, underWay);
    for (const update of next) {
      underWay.add(update.updateId);
      const job = deliver(bot, update, options).finally(() => {
        underWay.delete(update.updateId);
        jobs.delete(job);
      });
      jobs.add(job);
    }
    if (next.length === 0) await newsOrIdle(bot, jobs, signal);
  }
  await Promise.all(jobs);
}

const idleMs = 50;

async function newsOrIdle(bot: Bot, jobs: ReadonlySet<Promise<void>>, signal: AbortSignal): Promise<void> {
  const waited = new AbortController();
  const either = AbortSignal.any([signal, waited.signal]);
  await Promise.race([bot.updates.next(either), ...jobs, sleep(idleMs, undefined, { signal: either }).catch(() => {})]);
  waited.abort();
}

/** What may be delivered now, in order; turned round where a fault asks for it. */
function nextUpdates(bot: Bot, underWay: ReadonlySet<number>): readonly WaitingUpdate[] {
  if (bot.hook === undefined) return [];
  const free = bot.updates.waiting().filter(({ updateId }) => !underWay.has(updateId));
  const reversed = bot.faults.reversed();
  if (reversed !== undefined) {
    if (free.length < reversed.count) return [];
    reversed.take();
    return free.slice(0, reversed.count).toReversed();
  }
  return free.slice(0, Math.max(0, bot.hook.maxConnections - underWay.size));
}

async function deliver(bot: Bot, update: WaitingUpdate, options: DeliverOptions): Promise<void> {
  const startedAt = bot.now();
  const copies = bot.faults.takeForUpdate()?.copies ?? 1;
  let delayMs = options.retryDelayMs;
  for (let done = 0; done < copies && !options.signal.aborted; ) {
    const { hook } = bot;
    const isStillWaiting = bot.updates.waiting().some(({ updateId }) => updateId === update.updateId);
    if (hook === undefined || !isStillWaiting) return;
    const problem = await post(bot, hook, update, options);
    if (problem === undefined) {
      done += 1;
      continue;
    }
    hook.lastErrorDate = Math.floor(bot.now() / 1_000);
    hook.lastErrorMessage = problem;
    if (bot.now() - startedAt > forgottenAfterMs) break;
    await sleep(delayMs, undefined, { signal: options.signal }).catch(() => {});
    delayMs = Math.min(delayMs * 2, options.retryDelayMs * growthMax);
  }
  if (!options.signal.aborted) bot.updates.take(update.updateId);
}

/** One call of the hook; what was wrong with it, or undefined. */
async function post(
  bot: Bot,
  hook: Webhook,
  update: WaitingUpdate,
  options: DeliverOptions,
): Promise<string | undefined> {
  const startedAt = performance.now();
  try {
    const response = await fetch(hook.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        ...(hook.secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': hook.secret }),
      },
      body: update.text,
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(giveUpMs)]),
    });
    const answeredAfterMs = Math.round(performance.now() - startedAt);
    if (answeredAfterMs > options.answerLimitMs) options.onSlow({ updateId: update.updateId, answeredAfterMs });
    const text = await response.text();
    if (!response.ok) return `Wrong response from the webhook: ${response.status} ${response.statusText}`;
    await obey(bot, text, options.signal);
    return undefined;
  } catch (error) {
    const name =
      error instanceof Error && error.name === 'TimeoutError' ? 'Read timeout expired' : 'Connection refused';
    return name;
  }
}

/** An answer may carry one method call, whose result nobody sees. */
async function obey(bot: Bot, text: string, signal: AbortSignal): Promise<void> {
  if (!text.startsWith('{')) return;
  try {
    const { method, ...params } = JSON.parse(text) as { method?: unknown };
    if (typeof method === 'string') await runMethod(bot, { method, params, files: new Map(), signal });
  } catch {
    // The platform tells nobody about it either.
  }
}

import { ConnectorError, type SendTools, type Sent, sendByGraph, targetsOf } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { type Channel, callOf } from './api.ts';
import { isPublicAnswer, render } from './render.ts';

/** Does an order: finds what it is about, renders, calls. The platform knows no key against repeats. */
export async function send(order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const targets = await targetsOf(order, tools);
  const calls = render(order, { targets, fileUrl: tools.fileUrl }).map((call) => callOf(call, channel));
  if (calls.length > 0 && isPublicAnswer(order)) await takeTurn(`${order.message?.id}.${order.part}`, channel, tools);
  return await sendByGraph(calls, tools);
}

const hourMs = 60 * 60_000;
const triesMax = 10;

/** An answer that was counted. */
interface Counted {
  readonly of: string;
  readonly atMs: number;
}

/**
 * Counts an answer under a post before it is written, over all posts of the account. Those that are too many for this hour
 * wait, each conversation for itself, so that messages go on. One that is tried again is counted once.
 */
async function takeTurn(of: string, { settings }: Channel, { state, now }: SendTools): Promise<void> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const kept = await state.get<readonly Counted[]>('answers');
    const recent = (kept?.value ?? []).filter(({ atMs }) => atMs > now() - hourMs);
    if (recent.some((counted) => counted.of === of)) return;
    const oldest = recent.at(-settings.repliesPerHour)?.atMs;
    if (oldest !== undefined) {
      const words = `${settings.repliesPerHour} answers an hour are written under the posts of this account`;
      const wait = { retryAfterMs: Math.max(1_000, oldest + hourMs - now()), scope: 'conversation' } as const;
      throw new ConnectorError('retry_after', words, { ...wait, platformCode: 'answers an hour' });
    }
    const options = { ifRevision: kept?.revision ?? 0, expiresAtMs: now() + hourMs };
    if (await state.put('answers', [...recent, { of, atMs: now() }], options)) return;
  }
  throw new ConnectorError('transient', 'the answers of this hour could not be counted');
}

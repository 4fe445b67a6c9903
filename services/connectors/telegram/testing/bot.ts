import type { SendTools } from '@trunkline/adapter-kit';
import { Attachment, type Content, Mark, Media, type SendOrder, Text } from '@trunkline/contracts';
import { send } from '../send.ts';
import { createTelegramSimulator, type SimulatorOptions } from '../simulator/index.ts';
import { channelFor, type Known, toolsFor } from './desk.ts';

/** The smallest picture there is. */
export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A simulated bot that Anna has started, and the connector's channel of it. */
export async function startBot(options: SimulatorOptions = {}) {
  const simulator = await createTelegramSimulator({ retryDelayMs: 5, ...options });
  const anna = simulator.person({ first_name: 'Anna', last_name: 'K', username: 'anna_k' });
  simulator.start({ from: anna.id });
  const channel = channelFor(simulator.url, simulator.token);
  return {
    simulator,
    anna,
    channel,
    /** Does an order as the host would. */
    send: (order: SendOrder, known: Known = {}, tools: Partial<SendTools> = {}) =>
      send(order, channel, { ...toolsFor(known), ...tools }),
    /** What the person sees at the bottom of a chat. */
    last: (chat = anna.id) => simulator.screen(chat).messages.at(-1) ?? noMessage,
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

const noMessage: Readonly<Record<string, unknown>> = {};

/** A text content. */
export function textOf(
  plain: string,
  marks: readonly Partial<Mark>[] = [],
): Extract<Content['kind'], { $case: 'text' }> {
  return { $case: 'text', value: Text.create({ plain, marks: marks.map((mark) => Mark.create(mark)) }) };
}

/** A file of ours, with its bytes. */
export function fileOf(id: string, bytes: Uint8Array, mimeType: string, name = '') {
  const media = Media.create({ id, mimeType, name, sizeBytes: bytes.length });
  return { media, files: new Map([[id, bytes]]) };
}

/** An attachment with a caption. */
export function attachmentOf(media: Media, caption = ''): Attachment {
  return Attachment.create(caption === '' ? { media } : { media, caption: Text.create({ plain: caption }) });
}

import type { SendResult } from '@trunkline/contracts';
import type { Surroundings } from './surroundings.ts';

/** Every result of a channel's messages, in the order in which they were told. */
export async function toldResults(around: Surroundings, channelId: string): Promise<readonly SendResult[]> {
  const items = await around.entered(channelId);
  return items.flatMap(({ item }) => (item?.$case === 'sendResult' ? [item.value] : []));
}

/** The latest result of each message. */
export async function resultsOf(around: Surroundings, channelId: string): Promise<Map<string, SendResult>> {
  return new Map((await toldResults(around, channelId)).map((result) => [result.messageId, result]));
}

/** How often the platform was asked to send a message. */
export function timesAsked({ platform }: Surroundings, id: string): number {
  return platform.asked.filter((asked) => asked.id === id).length;
}

import { jsonOrNothing } from '@trunkline/adapter-kit';

/** VK's reactions by number. The others are told by it. */
const reactions = ['❤', '🔥', '😂', '👍', '💩', '❓', '😭', '😡', '👎', '👌', '😃', '🤔', '🙏', '😘', '😍', '🎉'];

/** A reaction by its number. */
export function reactionOf(id: number): string {
  return reactions[id - 1] ?? `:${id}:`;
}

/** The number of a reaction; undefined for one that VK has not. */
export function reactionId(reaction: string): number | undefined {
  const bare = reaction.replaceAll('\ufe0f', '');
  const own = /^:(\d{1,2}):$/.exec(bare)?.[1] ?? reactions.indexOf(bare) + 1;
  return Number(own) || undefined;
}

/** Payloads are JSON to VK: ours stands in a field of its own. */
export function payloadJson(payload: string): string {
  return JSON.stringify({ b: payload });
}

/** The payload of a pressed button: ours, or another program's as it is. VK gives it as JSON, in a text or not. */
export function payloadOf(given: unknown): string {
  const value = typeof given === 'string' ? jsonOrNothing(given) : given;
  if (typeof value === 'object' && value !== null && 'b' in value && typeof value.b === 'string') return value.b;
  return typeof given === 'string' ? given : (JSON.stringify(given) ?? '');
}

/** True for the button that VK itself shows before the first word. */
export function isStart(payload: string): boolean {
  const value = jsonOrNothing(payload);
  return typeof value === 'object' && value !== null && 'command' in value && value.command === 'start';
}

import type { Entity } from './types.ts';

const patterns: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['url', /\bhttps?:\/\/[^\s<>]+[^\s<>.,!?)]/g],
  ['email', /\b[\w.+-]+@[\w-]+\.[\w.-]+\w/g],
  ['bot_command', /(?<!\S)\/\w+(?:@\w+)?/g],
  ['mention', /(?<![\w@])@\w{4,32}/g],
];

/** What a client marks in a text by itself. */
export function entitiesOf(text: string): Entity[] {
  return patterns
    .flatMap(([type, pattern]) =>
      [...text.matchAll(pattern)].map(({ 0: found, index: offset }) => ({ type, offset, length: found.length })),
    )
    .sort((one, other) => one.offset - other.offset);
}

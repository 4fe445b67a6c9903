import type { ChannelState, Tools } from '@trunkline/adapter-kit';
import type { NetworkCall } from './types.ts';
import { firstWordParts, firstWordSeconds } from './types-limits.ts';

const writtenKey = 'written';
const wordKey = 'word';
const triesMax = 10;

/** This company has written to its line: from now on the line may answer as it likes. */
export async function noteWritten(state: ChannelState): Promise<void> {
  if ((await state.get(writtenKey)) === undefined) await state.put(writtenKey, true);
}

/**
 * Whether the line's call is let in: always once it was written to. Until then one message a week, with its parts and repeats; a
 * changed one is another word, else one that may be said once would be said in many. What is taken back, read or moved says nothing;
 * whatever else there is, known or not, waits for an answer. Undefined is what is not understood.
 */
export async function takesWord(call: NetworkCall | undefined, tools: WordTools): Promise<boolean> {
  if ((await tools.state.get(writtenKey)) !== undefined) return true;
  switch (call?.type) {
    case 'message':
    case 'edit':
      return await isOfTheWord(call, tools);
    case 'delete':
    case 'read':
    case 'moved':
      return true;
    default:
      return false;
  }
}

/** The message of this week, and its parts that came. */
interface Word {
  readonly message: string;
  readonly parts: readonly string[];
  readonly untilMs: number;
}

/** A part that came is known by its id alone: whatever it says the second time, it is dropped as a repeat. */
async function isOfTheWord({ type, id }: SaidCall, { state, now }: WordTools): Promise<boolean> {
  const [ownId = '', part = ''] = id.split('.');
  const message = `${type} ${ownId}`;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const kept = await state.get<Word>(wordKey);
    const { parts, untilMs, ...word } = kept?.value ?? {
      message,
      parts: [],
      untilMs: now() + firstWordSeconds * 1_000,
    };
    if (word.message !== message) return false;
    if (parts.includes(part)) return true;
    if (parts.length >= firstWordParts) return false;
    const next: Word = { message, parts: [...parts, part], untilMs };
    if (await state.put(wordKey, next, { ifRevision: kept?.revision ?? 0, expiresAtMs: untilMs })) return true;
  }
  return false;
}

type SaidCall = Extract<NetworkCall, { readonly type: 'message' | 'edit' }>;
type WordTools = Pick<Tools, 'state' | 'now'>;

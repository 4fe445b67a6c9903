import { setTimeout as sleep } from 'node:timers/promises';
import type { Reaction } from './http-double.ts';
import { callTroubles, fileTroubles, type Trouble, type TroubleScope, type Troubles } from './troubles.ts';

/** Which words a platform has for the troubles of a call. */
export interface CallRules extends TroubleScope {
  /** What the platform does with the call when all is well; may throw what `refuse` understands. */
  readonly run: () => unknown;
  /** The answer to a result. */
  readonly answer: (result: unknown) => Exclude<Reaction, string>;
  /** The answer to what `run` threw, in the platform's form; it throws again what it does not know. */
  readonly refuse: (error: unknown) => Reaction;
  readonly tooMany: (seconds: number) => Reaction;
  /** The refusal that a trouble asks for. */
  readonly refusal: (trouble: Trouble) => Reaction;
  readonly signal: AbortSignal;
}

const defaultDelayMs = 3_000;

/** Answers a call of the platform's API with the troubles that are armed for it. */
export async function answerCall(troubles: Troubles, rules: CallRules): Promise<Reaction> {
  const trouble = troubles.take(Object.keys(callTroubles), rules);
  switch (trouble?.kind) {
    case 'too_many_requests':
      return rules.tooMany(trouble.seconds ?? 1);
    case 'refusal':
      return rules.refusal(trouble);
    case 'server_error':
      return {
        status: trouble.status ?? 502,
        headers: { 'content-type': 'text/html' },
        body: '<html>Bad Gateway</html>',
      };
    case 'cut_before':
      return 'cut';
    case 'slow':
      await pause(trouble, rules.signal);
  }
  return await doneWith(trouble, rules);
}

async function doneWith(trouble: Trouble | undefined, rules: CallRules): Promise<Reaction> {
  let reaction: Exclude<Reaction, string>;
  try {
    reaction = rules.answer(await rules.run());
  } catch (error) {
    return rules.refuse(error);
  }
  if (trouble?.kind === 'cut_after') return 'cut';
  if (trouble?.kind === 'endless_answer') return 'endless';
  if (trouble?.kind === 'late_answer') await pause(trouble, rules.signal);
  if (trouble?.kind !== 'broken_answer') return reaction;
  const text = typeof reaction.body === 'string' ? reaction.body : JSON.stringify(reaction.body);
  return { ...reaction, body: text.slice(0, text.length / 2) };
}

async function pause({ delayMs = defaultDelayMs }: Trouble, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => {});
}

/** A file that a platform keeps. */
export interface KeptFile {
  readonly mimeType: string;
  readonly bytes: Uint8Array;
  readonly name?: string;
}

/** Gives a file out with the troubles that are armed; what is not there, or gone, is answered as `gone`. */
export function answerFile(troubles: Troubles, file: KeptFile | undefined, gone: Reaction): Reaction {
  const trouble = troubles.take(Object.keys(fileTroubles));
  if (file === undefined || trouble?.kind === 'file_gone') return gone;
  if (trouble?.kind === 'file_endless') return 'endless';
  if (trouble?.kind === 'file_redirect') {
    return {
      status: 302,
      headers: { location: trouble.location ?? 'http://169.254.169.254/latest/meta-data/' },
      body: '',
    };
  }
  const isShort = trouble?.kind === 'file_shorter';
  const headers = {
    'content-type': file.mimeType,
    ...(isShort ? {} : { 'content-length': String(file.bytes.length) }),
  };
  return { status: 200, headers, body: file.bytes, ...(isShort ? { claimedBytes: file.bytes.length + 1_000 } : {}) };
}

import type { ChannelAccess, ChannelState, HookAnswer, RawCall, Tools } from '@trunkline/adapter-kit';
import { type RefusalName, refusals } from './errors.ts';
import type { Settings } from './settings.ts';
import { type NetworkCall, readCall } from './types.ts';
import { callsPerMinute, firstWordSeconds, joinsPerMinute, sizeTrouble } from './types-limits.ts';
import { companyMark, sideOf } from './verify-sides.ts';

type Channel = ChannelAccess<Settings>;
const minuteMs = 60_000;

/**
 * What a genuine call is refused for, in the words of the protocol: this side keeps the limits, whatever the other one does.
 * What cannot be understood is not refused but parked.
 */
export async function refuses(raw: RawCall, channel: Channel, tools: Tools): Promise<HookAnswer | undefined> {
  const call = readCall(raw.body);
  if (call === undefined) return undefined;
  const waitSeconds = await tooMany(call, tools);
  if (waitSeconds > 0) return answerOf('TOO_MANY_CALLS', { retryAfterSeconds: waitSeconds });
  const trouble = troubleOf(call, channel);
  if (trouble !== undefined) return answerOf(trouble);
  // A changed message is another word: else one that may be said once would be said in many.
  const isWord = (call.type === 'message' || call.type === 'edit') && sideOf(channel) === 'partner';
  return isWord && !(await takesWord(call.id, tools)) ? answerOf('USER_MESSAGE_LIMIT') : undefined;
}

function troubleOf(call: NetworkCall, channel: Channel): RefusalName | undefined {
  switch (call.type) {
    case 'join':
      if (!channel.settings.isOpen) return 'INACTIVE';
      return call.tenant === companyMark(channel.tenantId, channel.id) ? 'OWN_LINE' : undefined;
    case 'message':
    case 'edit':
      return sizeTrouble(call.content);
    default:
      return undefined;
  }
}

/** Seconds to wait for whoever calls more often than it may; 0: it may. Who joins has any name, so joining counts as one. */
async function tooMany({ type, from }: NetworkCall, { state, now }: Tools): Promise<number> {
  const [key, most] = type === 'join' ? ['joins', joinsPerMinute] : [`calls:${from}`, callsPerMinute];
  const atMs = now();
  const minute = Math.floor(atMs / minuteMs);
  const kept = await state.get<{ readonly minute: number; readonly calls: number }>(key);
  const calls = kept?.value.minute === minute ? kept.value.calls + 1 : 1;
  const endsAtMs = (minute + 1) * minuteMs;
  if (calls > most) return Math.ceil((endsAtMs - atMs) / 1_000);
  await state.put(key, { minute, calls }, { expiresAtMs: endsAtMs });
  return 0;
}

const writtenKey = 'written';
const wordKey = 'word';

/** This company has written to its line: from now on the line may answer as it likes. */
export async function noteWritten(state: ChannelState): Promise<void> {
  if ((await state.get(writtenKey)) === undefined) await state.put(writtenKey, true);
}

/** Whether the line's message is let in: always once it was written to, else one a week, with all its parts and repeats. */
async function takesWord(id: string, { state, now }: Tools): Promise<boolean> {
  if ((await state.get(writtenKey)) !== undefined) return true;
  const message = id.split('.')[0] ?? '';
  const kept = await state.get<{ readonly message: string }>(wordKey);
  if (kept !== undefined) return kept.value.message === message;
  const expiresAtMs = now() + firstWordSeconds * 1_000;
  await state.put(wordKey, { message }, { expiresAtMs, ifRevision: 0 });
  return (await state.get<{ readonly message: string }>(wordKey))?.value.message === message;
}

function answerOf(error: RefusalName, more: object = {}): HookAnswer {
  const body = JSON.stringify({ error, ...more });
  return { status: refusals[error][0], contentType: 'application/json', body };
}

import type { ChannelAccess, HookAnswer, RawCall, Tools } from '@trunkline/adapter-kit';
import { type RefusalName, refusals } from './errors.ts';
import { type PerMinute, secondsToWait } from './hook-counts.ts';
import { takesWord } from './hook-first-word.ts';
import { noteMoved } from './hook-moved.ts';
import { parse } from './parse.ts';
import type { Settings } from './settings.ts';
import { type NetworkCall, readCall, readHead } from './types.ts';
import { callsPerMinute, joinsPerMinute, parkedPerMinute, sizeTrouble } from './types-limits.ts';
import { companyMark, secretNames, sideOf } from './verify-sides.ts';

type Channel = ChannelAccess<Settings>;

/**
 * What a genuine call is refused for, in the words of the protocol: this side keeps the limits, whatever the other one does.
 * What cannot be understood is not refused but parked, a few a minute.
 */
export async function refuses(raw: RawCall, channel: Channel, tools: Tools): Promise<HookAnswer | undefined> {
  const { from = '', type = '' } = readHead(raw.body) ?? {};
  // Who joins has any name, so joining counts as one.
  const waitSeconds = await secondsToWait(
    type === 'join' ? { key: 'joins', most: joinsPerMinute } : { key: `calls:${from}`, most: callsPerMinute },
    tools,
  );
  if (waitSeconds > 0) return tooMany(waitSeconds);
  const call = readCall(raw.body);
  const trouble = call === undefined ? undefined : troubleOf(call, channel);
  if (trouble !== undefined) return answerOf(trouble);
  const isUnderstood = understands(raw, channel);
  // What is refused below is genuine all the same, and comes from where the line is.
  if (call !== undefined) await noteMoved(call, channel, tools);
  if (sideOf(channel) === 'partner' && !(await takesWord(isUnderstood ? call : undefined, tools)))
    return answerOf('USER_MESSAGE_LIMIT');
  if (isUnderstood) return undefined;
  const parked: PerMinute = { key: `parked:${from}`, most: parkedPerMinute };
  const parkedWaitSeconds = await secondsToWait(parked, tools);
  return parkedWaitSeconds > 0 ? tooMany(parkedWaitSeconds) : undefined;
}

function troubleOf(call: NetworkCall, channel: Channel): RefusalName | undefined {
  // Whoever is reached by https answers nowhere else.
  const isSafe = channel.optionalSecret(secretNames.ownUrl)?.startsWith('https:') === true;
  if (call.side === 'partner' && isSafe && !call.address.startsWith('https:')) return 'ADDRESS_INVALID';
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

function understands(raw: RawCall, channel: Channel): boolean {
  try {
    parse(raw, channel);
    return true;
  } catch {
    return false;
  }
}

function tooMany(retryAfterSeconds: number): HookAnswer {
  return answerOf('TOO_MANY_CALLS', { retryAfterSeconds });
}

function answerOf(error: RefusalName, more: object = {}): HookAnswer {
  const body = JSON.stringify({ error, ...more });
  return { status: refusals[error][0], contentType: 'application/json', body };
}

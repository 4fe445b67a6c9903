import type { ChannelAccess, HookAnswer, RawCall } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';
import { readCall } from './types.ts';
import { partnerKey, secretNames } from './verify-sides.ts';

/** What the other side hears of a call that was taken: whoever joins hears the line's name and the key of the two. */
export function answer(raw: RawCall, channel: ChannelAccess<Settings>): HookAnswer {
  const call = readCall(raw.body);
  const { publicName: name } = channel.settings;
  switch (call?.type) {
    case 'join':
      return json({ name, key: partnerKey(channel.secret(secretNames.own), call.from) });
    case 'look':
      return json({ name });
    default:
      return json({ ok: true });
  }
}

function json(body: object): HookAnswer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
}

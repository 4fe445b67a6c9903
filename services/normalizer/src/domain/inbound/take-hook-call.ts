import { type ChannelEntry, ChannelEvent, type HookCall, ids } from '@trunkline/contracts';
import { park } from '../park.ts';
import { cleaned } from '../state/clean.ts';
import type { Turn } from '../turn.ts';
import { takeEvent } from './take-event.ts';

/** Takes a hook call: parks what its connector did not understand, and takes each of its events. */
export function takeHookCall(turn: Turn, call: HookCall, bytes: Uint8Array): void {
  const { channelId, connector, rawObjectKey } = call;
  const channel = turn.directory.channel(channelId, connector);
  const about = { bytes, channel, channelId, connector, bodyKey: rawObjectKey };
  // Whatever becomes of it now: if it is parked once more, it is under another id.
  if (call.parkedId !== '') turn.draft.remove('parkedIn', call.parkedId);
  if (call.parseError !== '') {
    park(turn, { ...about, code: 'malformed', reason: call.parseError });
  } else if (channel === undefined) {
    turn.tally.events.accepted += call.events.length;
    turn.tally.events.parked += call.events.length;
    park(turn, { ...about, code: 'not_found', reason: 'the channel is not known' });
  } else {
    const mayHaveNul = bytes.includes(0);
    const isLate = call.parkedId !== '';
    for (const event of call.events) takeOne(turn, channel, mayHaveNul ? cleaned(event) : event, isLate);
  }
}

function takeOne(turn: Turn, channel: ChannelEntry, event: ChannelEvent, isLate: boolean): void {
  if (event.dedupeKey === '' || event.event === undefined) {
    turn.tally.events.accepted += 1;
    turn.tally.events.parked += 1;
    const reason = event.event === undefined ? 'the event tells nothing' : 'the event has no dedupe key';
    park(turn, { code: 'malformed', reason, bytes: ChannelEvent.encode(event).finish(), channel });
    return;
  }
  const isOwn = event.channelId === channel.id && event.id !== '';
  const id = isOwn ? event.id : ids.event(channel.id, event.dedupeKey);
  const own = { ...event, id, channelId: channel.id, connector: channel.connector };
  takeEvent(turn, channel, own, isLate);
}

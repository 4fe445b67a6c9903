import { ChannelEvent, type HookCall, IngressItem } from '@trunkline/contracts';

/** An item of INGRESS is at most so large; the events of a larger hook call are split over several. */
export const itemBytes = 256 * 1024;
/** A body larger than this goes to the object store, and its item holds the key. */
export const inlineBodyBytes = 128 * 1024;

/** Room for the tags and lengths around an event. */
const framing = 16;

/**
 * A hook call as items that each fit: the raw body in the first, the events in their order over all. An event that fits into
 * no item is told as a parse error beside the raw body, so that the call is parked whole and not lost. Pure.
 */
export function splitHookCall(item: IngressItem, call: HookCall): readonly IngressItem[] {
  const events = call.events.map((event) => ({ event, bytes: ChannelEvent.encode(event).finish().length + framing }));
  const whole = (part: Partial<HookCall>, number: number): IngressItem => ({
    ...item,
    item: { $case: 'hookCall', value: { ...call, ...part, part: number } },
  });
  const withoutBody = { raw: Buffer.alloc(0), rawObjectKey: '' };
  const parts: IngressItem[] = [];
  const ownBytes = IngressItem.encode(whole({ events: [] }, 0)).finish().length;
  let room = itemBytes - ownBytes;
  let taken: ChannelEvent[] = [];
  const close = () => {
    parts.push(whole({ ...(parts.length === 0 ? {} : withoutBody), events: taken }, parts.length));
    taken = [];
    room = itemBytes - (ownBytes - call.raw.length);
  };
  for (const { event, bytes } of events) {
    if (bytes > itemBytes - ownBytes) {
      close();
      parts.push(
        whole({ events: [], parseError: `an event of ${bytes} bytes is larger than an item may be` }, parts.length),
      );
      continue;
    }
    if (bytes > room) close();
    taken.push(event);
    room -= bytes;
  }
  if (taken.length > 0 || parts.length === 0) close();
  return parts;
}

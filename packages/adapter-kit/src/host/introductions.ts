import { type ChannelEvent, Party } from '@trunkline/contracts';
import type { Logger } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';
import { asConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { withinCall } from '../within-call.ts';

/** Gives people their names, where a messenger tells nothing but their ids. */
export interface Introductions {
  /** The events with what is known of their senders; never rejects, and never waits for longer than a second. */
  complete(channel: ChannelAccess, events: readonly ChannelEvent[]): Promise<readonly ChannelEvent[]>;
}

/** What {@link createIntroductions} wants. */
export interface IntroductionsOptions {
  readonly connector: Pick<Connector, 'introduce'>;
  readonly toolsOf: (channel: ChannelAccess, signal: AbortSignal) => Tools;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
  /** Longest question, in milliseconds; a second by default: a hook call waits for it, and the messenger for the hook. */
  readonly askMs?: number;
}

const usualAskMs = 1_000;
const keptMs = 24 * 60 * 60 * 1_000;
/** A channel whose messenger did not answer is not asked for so long, lest every call waits in vain. */
const quietMs = 30_000;
/** People in memory; the database has them all. */
const mostPeople = 10_000;

/** Makes the introductions of a connector. Does no input or output until it is used. */
export function createIntroductions(options: IntroductionsOptions): Introductions {
  const { connector, toolsOf, now, log, askMs = usualAskMs } = options;
  const people = new Map<string, { readonly person: Promise<Partial<Party>>; readonly untilMs: number }>();
  const quiet = new Map<string, number>();

  const ask = async (channel: ChannelAccess, stranger: Party): Promise<Partial<Party>> => {
    const { introduce } = connector;
    if (introduce === undefined || (quiet.get(channel.id) ?? 0) > now()) return {};
    try {
      return await withinCall(askMs, async (signal) => {
        const tools = toolsOf(channel, signal);
        const key = `person:${stranger.platformId}`;
        const kept = await tools.state.get<unknown>(key);
        if (kept !== undefined) return Party.fromJSON(kept.value);
        const person = Party.fromPartial(await introduce(stranger, channel, tools));
        await tools.state.put(key, Party.toJSON(person), { expiresAtMs: now() + keptMs });
        return person;
      });
    } catch (error) {
      quiet.set(channel.id, now() + quietMs);
      log.warn('Who somebody is could not be asked', { channel: channel.id, code: asConnectorError(error).code });
      return {};
    }
  };

  /** One question a person, however many of their events come at once. What was not answered is forgotten. */
  const personOf = (channel: ChannelAccess, stranger: Party): Promise<Partial<Party>> => {
    const key = `${channel.id} ${stranger.platformId}`;
    const known = people.get(key);
    if (known !== undefined && known.untilMs > now()) return known.person;
    for (const oldest of people.keys()) {
      if (people.size < mostPeople) break;
      people.delete(oldest);
    }
    const person = ask(channel, stranger).then((found) => {
      if (!found.displayName) people.delete(key);
      return found;
    });
    people.set(key, { person, untilMs: now() + keptMs });
    return person;
  };

  const complete = async (channel: ChannelAccess, event: ChannelEvent): Promise<ChannelEvent> => {
    const { sender } = event;
    if (sender === undefined || sender.platformId === '' || sender.displayName !== '') return event;
    return { ...event, sender: introduced(sender, await personOf(channel, sender)) };
  };

  return {
    complete: async (channel, events) =>
      connector.introduce === undefined ? events : await Promise.all(events.map((event) => complete(channel, event))),
  };
}

/** What the event tells goes before what was asked. */
function introduced(told: Party, found: Partial<Party>): Party {
  const own = Object.entries(told).filter(([, value]) => value !== '' && value !== false && value !== undefined);
  const alternativeIds = { ...found.alternativeIds, ...told.alternativeIds };
  return Party.fromPartial({ ...found, ...Object.fromEntries(own), alternativeIds });
}

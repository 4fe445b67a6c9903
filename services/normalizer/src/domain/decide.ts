import { Fact, IngressItem, ids, type Position, streams } from '@trunkline/contracts';
import type { Decision, InputItem } from '@trunkline/runtime';
import { takeHookCall } from './inbound/take-hook-call.ts';
import { takeCommand } from './outbound/command.ts';
import { takeFileResult } from './outbound/file-result.ts';
import { takeSendResult } from './outbound/send-result.ts';
import { takeSubmission } from './outbound/submission.ts';
import { park } from './park.ts';
import { imbalanceOf } from './state/conversation.ts';
import { createDraft, type Draft, type Loaded, type Missing } from './state/draft.ts';
import { createTally, type Tally } from './tally.ts';
import { takeTimer } from './timer.ts';
import type { DirectoryView, Settings, Turn, Writer } from './turn.ts';

/** What a decision knows. */
export interface Known {
  readonly loaded: Loaded;
  readonly directory: DirectoryView;
  readonly settings: Settings;
  /** Items that were decoded before. */
  readonly entered?: ReadonlyMap<InputItem, IngressItem>;
  /** Takes the ids of documents that the decision asked for and that were not loaded: they counted as absent. */
  readonly missing?: Missing;
}

/** A decision, with what it did. */
export interface Decided extends Decision {
  readonly tally: Tally;
  /** Channels whose conversations do not balance: never, unless something was lost or counted twice. */
  readonly imbalances: ReadonlyMap<string, number>;
}

/**
 * Decides a micro-batch of items that entered: state writes and facts. Pure, but for the note of what is missing: the
 * decision holds only when nothing is. Throws when an item cannot be decided.
 */
export function decideItems(items: readonly InputItem[], known: Known): Decided {
  const draft = createDraft(known.loaded, known.missing);
  const tally = createTally();
  const writer = Fact.encode(Fact.create());
  writer.finish();
  const outputs = items.map((item) => {
    const facts: Uint8Array[] = [];
    const entered = known.entered?.get(item) ?? IngressItem.decode(item.bytes);
    takeItem(turnOf(item, entered.traceparent, { ...known, draft, tally, writer }, facts), entered.item, item.bytes);
    return facts;
  });
  return finish(draft, tally, outputs);
}

/** Parks an item that cannot be decided. Does not throw. */
export function parkItem(item: InputItem, error: unknown, known: Known): Decided {
  const draft = createDraft(known.loaded);
  const tally = createTally();
  const writer = Fact.encode(Fact.create());
  writer.finish();
  const facts: Uint8Array[] = [];
  const entered = tryDecode(item.bytes);
  const turn = turnOf(item, entered?.traceparent ?? '', { ...known, draft, tally, writer }, facts);
  const call = entered?.item?.$case === 'hookCall' ? entered.item.value : undefined;
  const channel = call && known.directory.channel(call.channelId, call.connector);
  const about = call && { channel, channelId: call.channelId, connector: call.connector, bodyKey: call.rawObjectKey };
  const reason = error instanceof Error ? `${error.name} while it was decided` : 'it cannot be decided';
  park(turn, { code: 'poison', reason, bytes: item.bytes, ...about });
  if (call !== undefined && call.parkedId !== '') draft.remove('parkedIn', call.parkedId);
  const events = call?.events.length ?? 0;
  tally.events.accepted += events;
  tally.events.parked += events;
  return finish(draft, tally, [facts]);
}

function tryDecode(bytes: Uint8Array): IngressItem | undefined {
  try {
    return IngressItem.decode(bytes);
  } catch {
    return undefined;
  }
}

function takeItem(turn: Turn, item: IngressItem['item'], bytes: Uint8Array): void {
  const kind = item?.$case ?? 'nothing';
  turn.tally.items[kind] = (turn.tally.items[kind] ?? 0) + 1;
  switch (item?.$case) {
    case 'hookCall':
      takeHookCall(turn, item.value, bytes);
      break;
    case 'submission':
      takeSubmission(turn, item.value);
      break;
    case 'command':
      takeCommand(turn, item.value);
      break;
    case 'sendResult':
      takeSendResult(turn, item.value);
      break;
    case 'fileResult':
      takeFileResult(turn, item.value);
      break;
    case 'timerDue':
      takeTimer(turn, item.value);
      break;
    case undefined:
      throw new Error('the item holds nothing that is known here');
  }
}

interface Shared {
  readonly draft: Draft;
  readonly tally: Tally;
  readonly writer: Writer;
  readonly directory: DirectoryView;
  readonly settings: Settings;
}

function turnOf(item: InputItem, traceparent: string, shared: Shared, facts: Uint8Array[]): Turn {
  const { draft, tally, writer, directory, settings } = shared;
  const at = new Date(item.storedAtMs);
  let outputs = 0;
  const idHere = () => idAt(item.position, outputs++);
  return {
    ...{ draft, tally, writer, directory, settings, traceparent, idHere },
    nowMs: item.storedAtMs,
    place: placeOf(item.position),
    say: ({ tenantId, channel, conversationId = '', contactId = '' }, told, options = {}) => {
      const fact: Fact = {
        id: options.id ?? idHere(),
        tenantId,
        portalId: channel?.portalId ?? '',
        lineId: channel?.lineId ?? '',
        channelId: channel?.id ?? '',
        conversationId,
        contactId,
        at,
        traceparent: options.traceparent ?? traceparent,
        connector: channel?.connector ?? '',
        channelName: channel?.name ?? '',
        fact: told,
      };
      facts.push(Fact.encode(fact, writer).finish());
      tally.facts += 1;
    },
    attempt: (work) => {
      const before = { facts: facts.length, events: { ...tally.events }, tallied: tally.facts };
      try {
        return draft.attempt(work);
      } catch (error) {
        // What was half written must not stand before the next.
        writer.finish();
        facts.length = before.facts;
        Object.assign(tally.events, before.events);
        tally.facts = before.tallied;
        throw error;
      }
    },
  };
}

/** Digits of one length, so that text compares as numbers do. */
function placeOf({ sequence, index }: Position): string {
  return `${String(sequence).padStart(20, '0')}-${String(index).padStart(6, '0')}`;
}

function idAt({ sequence, index }: Position, output: number): string {
  return ids.at(streams.ingress, sequence, index, output);
}

function finish(draft: Draft, tally: Tally, outputs: readonly (readonly Uint8Array[])[]): Decided {
  const writes = draft.writes();
  const imbalances = new Map<string, number>();
  for (const { channelId, counts } of draft.changed('conversations').filter((document) => 'counts' in document)) {
    const imbalance = imbalanceOf(counts);
    if (imbalance !== 0) imbalances.set(channelId, (imbalances.get(channelId) ?? 0) + imbalance);
  }
  const dues = draft.changed('holds').map(({ dueAtMs }) => dueAtMs);
  const due = dues.length === 0 ? {} : { dueAtMs: Math.min(...dues) };
  return { writes, outputs, tally, imbalances, ...due };
}

import assert from 'node:assert/strict';
import { Envelope, Position, streams, subjects } from '@trunkline/contracts';
import type { StoredMessage } from '../ports.ts';
import { comparePositions, start } from '../position.ts';
import { manyOutputs, type Numbered, numberedOf, type Told } from './counting-stage.ts';
import { sequencedOf } from './numbering-log.ts';

/** Messages of a stream, in order. */
export type MessagesOf = (stream: string) => readonly StoredMessage[];

/**
 * Judges what the stage and the keyed log under test left behind: every item that was told was said once, in order, with
 * numbers without gaps; envelopes do not overlap; every key has its facts once, in order, sequences without gaps; the stored
 * position never went back. Throws an AssertionError.
 */
export function judge(of: MessagesOf, lane: number): void {
  judgeFacts(of, lane);
  judgeKeys(of, lane);
  judgePositions(of, lane);
}

/** The part of {@link judge} that a stage alone can be judged by. */
export function judgeFacts(of: MessagesOf, lane: number): void {
  let behind = start;
  for (const { data } of factsOf(of, lane)) {
    const { from, to } = Envelope.decode(data);
    assert.ok(from && to && comparePositions(from, behind) >= 0 && comparePositions(to, from) > 0, 'envelopes overlap');
    behind = to;
  }
  const told = toldIn(of, lane);
  assert.deepEqual(saidIn(of, lane).map(brief), expectedOf(told).map(brief), 'facts are lost, doubled or in disorder');
}

/** What was told on a lane, in order. */
export function toldIn(of: MessagesOf, lane: number): Told[] {
  const messages = of(streams.ingress).filter(({ subject }) => subject === subjects.ingress(lane));
  return messages.flatMap(({ data }) => JSON.parse(Buffer.from(data).toString()) as Told[]);
}

/** What the stage said, in order. */
export function saidIn(of: MessagesOf, lane: number): Numbered[] {
  return factsOf(of, lane).flatMap(({ data }) => numberedOf(data));
}

function factsOf(of: MessagesOf, lane: number): readonly StoredMessage[] {
  return of(streams.facts).filter(({ subject }) => subject === subjects.facts(lane, 'count'));
}

/** What must be said. Pure. */
export function expectedOf(told: readonly Told[]): Numbered[] {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  return told.flatMap((each): Numbered[] => {
    if (each.trick === 'throw') return [{ ...each, number: 0, parked: true }];
    if (seen.has(each.id)) return [];
    seen.add(each.id);
    return Array.from({ length: each.trick === 'many' ? manyOutputs : 1 }, () => {
      const number = (counts.get(each.conversation) ?? 0) + 1;
      counts.set(each.conversation, number);
      return { ...each, number };
    });
  });
}

function judgeKeys(of: MessagesOf, lane: number): void {
  const written = Map.groupBy(of(streams.outbox), ({ subject }) => subject);
  for (const [key, own] of Map.groupBy(saidIn(of, lane), ({ conversation }) => conversation)) {
    const sequenced = (written.get(subjects.outbox(lane, key)) ?? []).flatMap(sequencedOf);
    const sequences = sequenced.map(({ sequence }) => sequence);
    const said = sequenced.map((each) => brief(each.said));
    assert.deepEqual(said, own.map(brief), `events of ${key} are lost, doubled or in disorder`);
    assert.deepEqual(
      sequences,
      own.map((_, index) => index + 1),
      `sequences of ${key} have gaps`,
    );
  }
}

function judgePositions(of: MessagesOf, lane: number): void {
  const messages = of(streams.outbox).filter(({ subject }) => subject === subjects.outboxPosition(lane));
  let former = start;
  for (const { data } of messages) {
    const next = Position.decode(data);
    assert.ok(comparePositions(next, former) > 0, 'the stored position went back');
    former = next;
  }
}

function brief({ conversation, id, number }: Numbered): string {
  return `${conversation}/${id}=${number}`;
}

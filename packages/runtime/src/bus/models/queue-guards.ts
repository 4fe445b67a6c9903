import type { Guard } from './guard-list.ts';

const model = 'queue/portal-queue.model.test.ts';
const cases = 'queue/portal-queue.test.ts';
const keys = 'queue/portal-reseal.test.ts';

/** Every guard of the portal queue, and of the log of attempts that fences it. */
export const queueGuards: readonly Guard[] = [
  {
    name: 'the expected sequence of a record: the fence',
    file: 'queue/fenced-log.ts',
    from: '{ expectLastSubjectSequence: expected }',
    to: '{}',
    proof: model,
  },
  {
    name: 'the look whose record it is that stands where ours was to stand',
    file: 'queue/fenced-log.ts',
    from: 'return itsOwner === owner && itsEpoch === record.epoch ? found.sequence : undefined;',
    to: 'return found.sequence;',
    proof: model,
  },
  {
    name: 'the record that a new owner writes before anything else',
    file: 'queue/fenced-log.ts',
    from: 'const sequence = await write({ ...build(sinceFull), ...stamp }, head?.sequence ?? 0);',
    to: 'build(sinceFull); const sequence = head?.sequence ?? 0;',
    proof: model,
  },
  {
    name: 'the mark behind which a new owner reads on',
    file: 'queue/portal-record.ts',
    from: 'for (const portal of lane.waiting) sequence = Math.min(sequence, portal.outboxSequence);',
    to: '',
    proof: model,
  },
  {
    name: 'the age of the lease before a request',
    file: 'queue/portal-lane.ts',
    from: 'lane.lease.confirmedAgoMs() < leaseTrustMs && ',
    to: '',
    proof: model,
  },
  {
    name: 'one request in flight',
    file: 'queue/portal-lane.ts',
    from: 'if (portal.isBusy || lane.isEnding) return;',
    to: 'if (lane.isEnding) return;',
    proof: model,
  },
  {
    name: 'what the feed showed while the leader said that nothing waits',
    file: 'queue/portal-front.ts',
    from: 'if (portal.seenSequence > portal.outboxSequence) {',
    to: 'if (false) {',
    proof: model,
  },
  {
    name: 'the word of the leader that nothing waits',
    file: 'queue/portal-front.ts',
    from: 'events.length > 0 ? events : await fromLeader(lane, portal, from);',
    to: 'events.length > 0 ? events : whenEmpty(lane, portal);',
    proof: model,
  },
  {
    name: 'the keeping of what is given up before the cursor passes it',
    file: 'queue/portal-front.ts',
    from: 'await lane.ports.keep(range);',
    to: 'lane.ports.keep(range).catch(() => {});',
    proof: model,
  },
  {
    name: 'the wait of a replay until nothing else waits',
    file: 'queue/portal-replay.ts',
    from: "slot.pool === 'replaying' && portal.queue.length === 0",
    to: "slot.pool === 'replaying'",
    proof: 'queue/portal-replay.test.ts',
  },
  {
    name: 'the place from which a replay goes on',
    file: 'queue/portal-replay.ts',
    from: 'const untilSequence = items[count - 1]?.sequence ?? batch.afterSequence;',
    to: 'const untilSequence = items.at(-1)?.sequence ?? batch.afterSequence;',
    proof: 'queue/portal-replay.test.ts',
  },
  {
    name: 'the next sequence and no other',
    file: 'queue/portal-batch.ts',
    from: 'if (placed.event.sequence > expected) return { events: next, hasGap: true };',
    to: 'expected = placed.event.sequence;',
    proof: cases,
  },
  {
    name: 'the comparison of the stream with what was read of it',
    file: 'queue/portal-queue.ts',
    from: 'if (last >= recorded.feedSequence) break;',
    to: 'break;',
    proof: cases,
  },
  {
    name: 'the closing of a consumer before anybody else is served',
    file: 'queue/portal-pull.ts',
    from: 'note(portal, await consumers.close(id, from));',
    to: 'note(portal, consumers.acknowledged(id, from) ?? 0);',
    proof: model,
  },
  {
    name: 'the moving of the cursor behind what a consumer acknowledged before others go on',
    file: 'queue/portal-pull.ts',
    from: '    if (isBehind(portal)) return;\n',
    to: '',
    proof: model,
  },
  {
    name: 'the place from which a consumer is opened',
    file: 'queue/portal-pull.ts',
    from: "if (to !== '') await consumers.open(id, to, toldOf(portal));",
    to: "if (to !== '') await consumers.open(id, to, portal.headSequence);",
    proof: model,
  },
  {
    name: 'the last record of a clean stop',
    file: 'queue/portal-queue.ts',
    from: '  await finish(lane, record, failure);\n',
    to: '',
    proof: cases,
  },
  {
    name: 'the order of what needs another key behind what needs none',
    file: 'queue/portal-reseal.ts',
    from: 'if (first > 0) return batch.slice(0, first);',
    to: '',
    proof: keys,
  },
  {
    name: 'the sealing anew of what is sealed under a deleted key',
    file: 'queue/portal-reseal.ts',
    from: ' || deletedKids.has(event.kid);',
    to: ';',
    proof: keys,
  },
  {
    name: 'the trying at once of another key',
    file: 'queue/portal-attempt.ts',
    from: '(isUsed ? 0 : unknownKeyRetryMs)',
    to: 'unknownKeyRetryMs',
    proof: keys,
  },
];

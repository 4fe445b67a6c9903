/** One guard: the text that it is, what stands there without it, and what must notice. */
export interface Guard {
  /** What is taken away, in words. */
  readonly name: string;
  /** File in `bus/`, and the text that stands once in it. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** `model`, or a test file in `bus/`. */
  readonly proof: 'model' | string;
}

/** Every guard of stage and keyed log. */
export const guards: readonly Guard[] = [
  {
    name: 'the epoch in the transaction of a stage',
    file: 'stage-commit.ts',
    from: 'const { epoch, to } = run.stored;',
    to: 'const { to } = run.stored; const epoch = (await run.claim.read())?.epoch ?? 0;',
    proof: 'model',
  },
  {
    name: 'the former position in the transaction of a stage',
    file: 'stage-commit.ts',
    from: 'const { epoch, to } = run.stored;',
    to: 'const { epoch } = run.stored; const to = (await run.claim.read())?.to ?? run.stored.to;',
    proof: 'model',
  },
  {
    name: 'the abort of a transaction whose record was another one',
    file: 'stage-commit.ts',
    from: 'if (!(await transaction.replace({ epoch, to }, record))) return false;',
    to: 'await transaction.replace({ epoch, to }, record);',
    proof: 'model',
  },
  {
    name: 'the check whose record it is after a doubtful commit',
    file: 'stage-settle.ts',
    from: "if (record.epoch !== run.stored.epoch) throw new LaneTakenOver('another owner took over');",
    to: '',
    proof: 'model',
  },
  {
    name: 'the expected sequence of an envelope',
    file: 'stage-settle.ts',
    from: '{ expectLastSubjectSequence: after }',
    to: '{}',
    proof: 'model',
  },
  {
    name: 'the publish of stored bytes at take-over',
    file: 'stage-settle.ts',
    from: '} else if (isUntouched) {',
    to: '} else if (isUntouched) { return revision;',
    proof: 'model',
  },
  {
    name: 'the look at the stream at take-over',
    file: 'stage-settle.ts',
    from: 'const last = await patiently(() => run.log.lastOf(streams.facts, run.subject), waitingOf(run));\n    const revision = last?.sequence ?? 0;',
    to: 'const last = undefined as { data: Uint8Array } | undefined; const revision = record.after;',
    proof: 'model',
  },
  {
    name: 'the look at the stream after a publish without an answer',
    file: 'stage-settle.ts',
    from: 'published ?? (await settledRevision(run, record))',
    to: 'published ?? record.after',
    proof: 'model',
  },
  {
    name: 'the comparison of the bytes in the stream with the stored ones',
    file: 'stage-settle.ts',
    from: 'Buffer.from(record.out).equals(last.data)',
    to: 'true',
    proof: 'lane-alarms.test.ts',
  },
  {
    name: 'the comparison of stream and record where nothing was to be said',
    file: 'stage-settle.ts',
    from: 'if (record.out === undefined) {\n      if (isUntouched) return revision;',
    to: 'if (record.out === undefined) {\n      return revision;',
    proof: 'lane-alarms.test.ts',
  },
  {
    name: 'the comparison of the input of a stage with its position',
    file: 'stage.ts',
    from: 'if (last < sequence)',
    to: 'if (false)',
    proof: 'lane-alarms.test.ts',
  },
  {
    name: 'what is left of outputs that were cut',
    file: 'stage.ts',
    from: 'if (run.stored.to.output > 0) {',
    to: 'if (false) {',
    proof: 'model',
  },
  {
    name: 'the expected sequence of a key',
    file: 'keyed-write.ts',
    from: 'expectLastSubjectSequence: head.revision,',
    to: '',
    proof: 'model',
  },
  {
    name: 'the position in the head of a key',
    file: 'keyed-write.ts',
    from: 'if (position === undefined) return items;',
    to: 'if (position !== null) return items;',
    proof: 'model',
  },
  {
    name: 'the reading of a head after a publish without an answer',
    file: 'keyed-write.ts',
    from: 'await patiently(() => run.heads.reread(place), waitingOf(run))',
    to: 'head',
    proof: 'model',
  },
  {
    name: 'the wait for all keys before the position moves',
    file: 'keyed-log.ts',
    from: "if (end.status === 'rejected') throw end.reason;\n    return end.value;",
    to: "return end.status === 'rejected' ? 0 : end.value;",
    proof: 'model',
  },
  {
    name: 'the expected sequence of the position of a keyed log',
    file: 'keyed-position.ts',
    from: '{ expectLastSubjectSequence: revision }',
    to: '{}',
    proof: 'model',
  },
  {
    name: 'what a reader of a shared feed has seen alone already',
    file: 'shared-feed.ts',
    from: 'if (message.sequence <= after) return true;',
    to: '',
    proof: 'shared-feed.test.ts',
  },
  {
    name: 'the place from which a reader may join a shared feed',
    file: 'shared-feed.ts',
    from: 'if (!mayJoin) return undefined;',
    to: '',
    proof: 'shared-feed.test.ts',
  },
  {
    name: 'the bound of what waits for a reader of a shared feed',
    file: 'shared-feed.ts',
    from: 'isOver ||= !hasRoom();',
    to: '',
    proof: 'shared-feed.test.ts',
  },
  {
    name: 'what still waits when something behind it is stepped over',
    file: 'intake.ts',
    from: '(queue.isEmpty() ? stepped : start)',
    to: 'stepped',
    proof: 'keyed-log.test.ts',
  },
  {
    name: 'the comparison of the input of a keyed log with its position',
    file: 'keyed-log.ts',
    from: 'if (last < sequence)',
    to: 'if (false)',
    proof: 'lane-alarms.test.ts',
  },
  {
    name: 'the comparison of a head with the one that was known',
    file: 'keyed-heads.ts',
    from: 'if (former !== undefined && head.revision < former.revision)',
    to: 'if (false)',
    proof: 'lane-alarms.test.ts',
  },
  {
    name: 'the hash in the key of an object that overflowed',
    file: 'overflow/overflow-store.ts',
    from: "sha256.toString('hex')",
    to: "''",
    proof: 'model',
  },
  {
    name: 'the wait for an object before what refers to it',
    file: 'overflow/overflow-store.ts',
    from: 'await objects.put({ key: objectKey, bytes: once(data) });',
    to: 'void objects.put({ key: objectKey, bytes: once(data) }).catch(() => {});',
    proof: 'model',
  },
  {
    name: 'the hash of an object that is read',
    file: 'overflow/overflow-store.ts',
    from: "createHash('sha256').update(data).digest().equals(sha256) ? data : undefined",
    to: 'sha256 && data',
    proof: 'overflow/overflow-store.test.ts',
  },
  {
    name: 'the size of an object that is read',
    file: 'overflow/overflow-store.ts',
    from: 'if (left < 0) return undefined;',
    to: '',
    proof: 'overflow/overflow-store.test.ts',
  },
  {
    name: 'the look whether an object is of its message',
    file: 'overflow/overflow-store.ts',
    from: 'data && isSame(SealedBatch.decode(data), reference)',
    to: 'data',
    proof: 'overflow/overflow-store.test.ts',
  },
  {
    name: 'the epoch in the filter of MongoDB',
    file: 'stage-store-mongo.ts',
    from: 'const filter = { _id, epoch, ...flat(to) };',
    to: 'const filter = { _id, ...flat(to) };',
    proof: 'stage-store-mongo.test.ts',
  },
  {
    name: 'the position in the filter of MongoDB',
    file: 'stage-store-mongo.ts',
    from: 'const filter = { _id, epoch, ...flat(to) };',
    to: 'const filter = { _id, epoch };',
    proof: 'stage-store-mongo.test.ts',
  },
  {
    name: "the end of the former owner's session",
    file: 'stage-store-mongo.ts',
    from: 'await endFormerSession(records, db, _id);',
    to: '',
    proof: 'stage-store-mongo.test.ts',
  },
];

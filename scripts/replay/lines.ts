/** A replay as the HTTP API gives it. */
export interface SeenReplay {
  readonly portalId: string;
  readonly number: number;
  readonly state: string;
  readonly total: string;
  readonly sent: string;
  readonly refused: string;
  readonly lastError: string;
  readonly lastErrorText: string;
  readonly askedAt?: string;
}

/** What of a portal is kept. */
export interface SeenUndelivered {
  readonly events: readonly {
    readonly id: string;
    readonly sequence: string;
    readonly kind: string;
    readonly reason: string;
    readonly at?: string;
    readonly conversationId: string;
  }[];
  readonly counts: readonly {
    readonly kind: string;
    readonly count: string;
    readonly firstSequence: string;
    readonly lastSequence: string;
  }[];
  readonly nextPageToken: string;
}

/** "waiting", "running", "done", "cancelled". Pure. */
export function stateOf({ state }: Pick<SeenReplay, 'state'>): string {
  return state.replace('REPLAY_STATE_', '').toLowerCase();
}

/** True once nothing more comes of it. Pure. */
export function isOver(replay: Pick<SeenReplay, 'state'>): boolean {
  return ['done', 'cancelled'].includes(stateOf(replay));
}

/** A replay in one line. Pure. */
export function replayLine(replay: SeenReplay): string {
  const { number, total, sent, refused, lastErrorText, lastError } = replay;
  const state = stateOf(replay);
  const turned = refused === '0' ? '' : `, ${refused} refused for good`;
  const why = lastError === '' || state === 'done' ? '' : `: ${lastErrorText || lastError}`;
  return `replay ${number}  ${state}  ${sent} of ${total} sent${turned}${why}`;
}

/** What is said when a replay has come to its end, and what to do about it. Pure. */
export function endLines(replay: SeenReplay): string[] {
  if (replay.total === '0') return ['Nothing of it is kept: --list shows what there is.'];
  const missing = Number(replay.total) - Number(replay.sent) - Number(replay.refused);
  if (stateOf(replay) === 'cancelled') return [`Replay ${replay.number} is cancelled; ${missing} were not sent.`];
  return [
    ...(missing > 0 ? [`${missing} are kept no longer and were not sent.`] : []),
    ...(replay.refused === '0'
      ? []
      : [`The portal refused ${replay.refused}: they stay kept. npm run follow -- <id> says why.`]),
  ];
}

/** Lines of what is kept, and of the replays. Pure. */
export function listLines(
  { events, counts, nextPageToken }: SeenUndelivered,
  replays: readonly SeenReplay[],
): string[] {
  const shown = events.map(({ sequence, kind, at, id, reason }) => {
    return `${sequence.padStart(8)}  ${kind.padEnd(8)}  ${(at ?? '').slice(0, 19).padEnd(19)}  ${id}  ${reason}`;
  });
  const sums = counts.map(({ kind, count, firstSequence, lastSequence }) => {
    return `${count} ${kind}, sequences ${firstSequence} to ${lastSequence}`;
  });
  return [
    ...(events.length === 0
      ? ['Nothing is kept: all that the portal should have had, it had, or it was long ago.']
      : shown),
    ...(nextPageToken === '' ? [] : ['… and more']),
    ...sums,
    '',
    ...(replays.length === 0 ? ['There were no replays.'] : replays.map(replayLine)),
  ];
}

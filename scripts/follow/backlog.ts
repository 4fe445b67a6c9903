/** A portal's queue as DeliveryService tells it by HTTP. */
export interface SeenBacklog {
  readonly portalId: string;
  readonly mode: string;
  readonly headSequence: string;
  readonly deliveredSequence: string;
  /** Absent in what an older version told. */
  readonly doneBeyond?: string;
  readonly waiting: string;
  readonly expired: string;
  readonly parked: string;
  readonly withheld: string;
  readonly skipped: string;
  readonly oldestAt?: string;
  readonly emptyAt?: string;
  readonly lastError: string;
  readonly lastErrorText: string;
  readonly nextAttemptAt?: string;
  readonly pauseReason: string;
  readonly lane: number;
  readonly owner: string;
}

/** "live", "drain", "paused". Pure. */
export function modeOf({ mode }: Pick<SeenBacklog, 'mode'>): string {
  return mode.replace('PORTAL_MODE_', '').toLowerCase();
}

/** Why what waits for a portal waits, and until when; empty when nothing is known to be wrong. Pure. */
export function reasonOf(backlog: SeenBacklog, nowMs: number): string {
  if (backlog.pauseReason !== '') return backlog.pauseReason;
  const why = backlog.lastErrorText || backlog.lastError;
  if (why === '') return modeOf(backlog) === 'drain' ? 'it is catching up' : '';
  return `${why}; ${nextTry(backlog.nextAttemptAt, nowMs)}`;
}

function nextTry(at: string | undefined, nowMs: number): string {
  const inMs = at === undefined ? 0 : Date.parse(at) - nowMs;
  return inMs <= 0 ? 'the next try is due' : `next try in ${ageOf(inMs)}`;
}

/** "12 s", "5 min", "3 h". Pure. */
export function ageOf(ms: number): string {
  if (ms < 120_000) return `${Math.ceil(ms / 1_000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** A portal's queue in one line. Pure. */
export function queueLine(backlog: SeenBacklog, nowMs: number): string {
  const { portalId, waiting, oldestAt, emptyAt, doneBeyond = '0' } = backlog;
  const oldest = oldestAt === undefined ? '' : `, the oldest for ${ageOf(nowMs - Date.parse(oldestAt))}`;
  const empty = emptyAt === undefined ? '' : `, empty in about ${ageOf(Math.max(1_000, Date.parse(emptyAt) - nowMs))}`;
  const why = waiting === '0' && backlog.pauseReason === '' ? '' : reasonOf(backlog, nowMs);
  // Of a parallel portal: it is not as dead as it looks.
  const beyond = waiting === '0' || doneBeyond === '0' ? '' : ` (${doneBeyond} behind them are done)`;
  return `${portalId}  ${modeOf(backlog)}  ${waiting} waiting${beyond}${oldest}${empty}${why && `: ${why}`}`;
}

/** Where an event of a portal stands in its queue, and why it waits. Pure. */
export function placeInQueue(sequence: number, backlog: SeenBacklog, nowMs: number): string {
  const ahead = sequence - Number(backlog.deliveredSequence) - 1;
  if (ahead < 0) return `The portal ${backlog.portalId} has it, as sequence ${sequence}: history does not say so yet.`;
  // Of a parallel portal those of other strands may be done, and it itself too.
  const most = Number(backlog.doneBeyond ?? 0) > 0 ? 'at most ' : '';
  const before = ahead === 0 ? 'it is the next' : `${most}${ahead} before it`;
  const reason = reasonOf(backlog, nowMs) || 'it is about to be sent';
  const why = backlog.pauseReason === '' ? reason : `paused: ${reason}`;
  return `It waits for the portal ${backlog.portalId}: sequence ${sequence}, ${before}. ${why[0]?.toUpperCase()}${why.slice(1)}.`;
}

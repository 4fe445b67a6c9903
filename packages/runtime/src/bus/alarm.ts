/**
 * Why a lane stopped by itself: `stream_lost` (a stream ends before our own position: it was lost or restored from an older
 * copy), `forked` (stream and stored state contradict each other), `poisoned` (too many items in a row cannot be decided),
 * `newer_format` (a newer version of the service worked the lane, and this one would go on wrongly: the lane is given back for an
 * instance that knows it).
 */
export type AlarmKind = 'stream_lost' | 'forked' | 'poisoned' | 'newer_format';

/** Thrown out of a lane that must not go on until a person looked. Trying again brings the same. */
export class LaneAlarm extends Error {
  override readonly name = 'LaneAlarm';
  readonly alarm: AlarmKind;

  constructor(alarm: AlarmKind, message: string, cause?: unknown) {
    super(`${alarm}: ${message}`, cause === undefined ? undefined : { cause });
    this.alarm = alarm;
  }
}

/** Unwinds a lane that is another's now, or whose service ends. Never leaves the bus. */
export class LaneEnded extends Error {
  override readonly name: string = 'LaneEnded';
}

/** Thrown where a stage finds that its record is another owner's: nothing more of it is written. */
export class LaneTakenOver extends LaneEnded {
  override readonly name = 'LaneTakenOver';
}

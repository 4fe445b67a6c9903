import type { SeenBacklog } from '../follow/backlog.ts';
import type { SeenInstance } from './instances.ts';
import type { SeenLag, SeenLanes } from './lanes.ts';

/** Everything that the screen shows; a part that could not be seen is the sentence why. */
export interface Seen {
  readonly instances: readonly SeenInstance[];
  readonly lanes: readonly SeenLanes[] | string;
  readonly lags: readonly SeenLag[] | string;
  readonly backlogs: readonly SeenBacklog[] | string;
  readonly nowMs: number;
}

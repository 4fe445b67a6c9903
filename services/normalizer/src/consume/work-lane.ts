import { backoffMs, type Directory, LaneAlarm, type LaneLease, pause, wellAfterMs } from '@trunkline/runtime';

/** One of several that work on a lane, side by side under its one lease. */
export interface LaneWorker {
  readonly name: string;
  readonly work: (lease: LaneLease) => Promise<void>;
}

/** What is told of workers. */
export interface WorkerTroubles {
  /** It failed and is tried again. */
  readonly failed: (worker: string, lane: number, error: unknown) => void;
  /** It stopped until a person looks; the others go on. */
  readonly stopped: (worker: string, lane: number, alarm: LaneAlarm) => void;
  /** The door of a lane that stopped could not be closed yet. */
  readonly doorLeftOpen: (error: unknown) => void;
}

/**
 * Runs the workers of a lane until its lease ends, and those that come later too. One that fails is tried again alone; one
 * that raises an alarm stops alone: a connector's dispatch must not stop what all need.
 */
export async function workLane(lease: LaneLease, { workers, directory, troubles }: WorkLane): Promise<void> {
  const running = new Map<string, Promise<void>>();
  const startNew = () => {
    for (const worker of workers()) {
      if (!running.has(worker.name)) running.set(worker.name, keepRunning(worker, lease, troubles));
    }
  };
  const stopListening = directory.onChange(({ kind }) => {
    if (kind === 'connector' && !lease.signal.aborted) startNew();
  });
  startNew();
  await aborted(lease.signal);
  stopListening();
  await Promise.all(running.values());
}

/** What {@link workLane} needs. */
export interface WorkLane {
  /** Who works on the lane now: asked again whenever a connector has told about itself. */
  readonly workers: () => readonly LaneWorker[];
  readonly directory: Pick<Directory, 'onChange'>;
  readonly troubles: WorkerTroubles;
}

async function keepRunning({ name, work }: LaneWorker, lease: LaneLease, troubles: WorkerTroubles): Promise<void> {
  for (let failures = 1; !lease.signal.aborted; failures += 1) {
    const startedAt = performance.now();
    try {
      await work(lease);
    } catch (error) {
      if (lease.signal.aborted) return;
      if (error instanceof LaneAlarm) {
        troubles.stopped(name, lease.lane, error);
        return;
      }
      troubles.failed(name, lease.lane, error);
    }
    if (performance.now() - startedAt >= wellAfterMs) failures = 1;
    await pause(backoffMs(failures, 250, 30_000, Math.random()), lease.signal);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

import type { Media } from '@trunkline/contracts';
import {
  createDoor,
  defineService,
  goneBackTold,
  openBodyStore,
  readFileAddress,
  signFileUrl,
  tenantRatesOf,
  unlessAborted,
  watchRoom,
  workLanes,
} from '@trunkline/runtime';
import { config } from './config.ts';
import { workLane } from './consume/work-lane.ts';
import {
  dispatchWorker,
  openStages,
  shareFacts,
  stageWorker,
  timersWorker,
  type WorkerParts,
} from './consume/workers.ts';
import { stageName } from './domain/timer.ts';
import { normalizerEvents } from './events.ts';
import { addMethods } from './rpc/methods.ts';
import { readDocuments } from './store/documents.ts';
import { provideIndexes } from './store/indexes.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** How long a link to a file lives. */
const linkLifeMs = 30 * dayMs;

/** The normalizer: who wrote what where, in order; history; and what leaves, adapted to its channel. */
export const normalizer = defineService({
  name: stageName,
  config,
  uses: { bus: true, store: true, directory: true, rpc: true },
  start: async (runtime) => {
    const { config: wanted, store, bus, nats, directory, clients, log, signal, now } = runtime;
    const { room, watching } = watchRoom(nats, signal);
    runtime.run('room', Promise.resolve(watching));
    const door = createDoor({ bus, bodies: openBodyStore(nats, bus), room, onGoneBack: goneBackTold(log) });
    runtime.onClose(async () => await door[Symbol.asyncDispose]());
    const rates = tenantRatesOf(runtime);
    await provideIndexes(store);

    const documents = readDocuments(store);
    const events = normalizerEvents(runtime);
    const fileUrl = (atMs: number) => (media: Media) => {
      const link = { key: media.source?.objectKey || media.id, expiresAtMs: atMs + linkLifeMs };
      return new URL(signFileUrl(link, wanted.FILES_KEY.reveal()), wanted.PUBLIC_URL).href;
    };
    const ours = { publicUrl: wanted.PUBLIC_URL, secret: wanted.FILES_KEY.reveal() };
    addMethods(runtime.rpc, {
      ...{ documents, directory, door, rates, now, clients },
      parkingKey: wanted.PARKING_KEY.export(),
      fileUrl: (media) => fileUrl(now())(media),
      readFileAddress: (address) => readFileAddress(address, ours, now()),
    });

    const settings = {
      holdMs: wanted.HOLD_MS,
      albumMs: wanted.ALBUM_MS,
      echoWaitMs: wanted.ECHO_WAIT_MS,
      receiptWaitMs: wanted.RECEIPT_WAIT_MS,
      parkedMs: wanted.PARKED_DAYS * dayMs,
      parkingKey: wanted.PARKING_KEY.export(),
    };
    const parts: WorkerParts = { runtime, stages: openStages(store), settings, door, documents, events, fileUrl };
    workLanes(runtime, async (lease) => {
      // Without the directory every channel would look like one that does not exist.
      await unlessAborted(directory.loaded, lease.signal);
      const facts = shareFacts(parts);
      const always = [stageWorker(parts), timersWorker(parts, facts)];
      const dispatching = () => directory.connectors().map(({ name }) => dispatchWorker(parts, facts, name));
      const workers = () => [...always, ...dispatching()];
      await workLane(lease, { workers, directory, troubles: events.troubles });
    });
  },
});

import { Command, type HookCall, IngressBatch, IngressItem, streams, subjects } from '@trunkline/contracts';
import { type ErrorDetail, TrunklineError } from '../errors.ts';
import type { BodyStore } from '../files/body-store.ts';
import type { Logger } from '../log.ts';
import { inlineBodyBytes, itemBytes, splitHookCall } from './door-parts.ts';
import { asBuffer, createGroupCommit, type Entered, type GroupCommit, type StoredBatch } from './group-commit.ts';
import type { LogPort } from './ports.ts';
import type { Room } from './room.ts';
import { watchStreamEnd } from './stream-end.ts';

/** Where a submission or command is stored. */
export interface Submitted {
  /** Sequence in INGRESS; the original's for a repeat. */
  readonly sequence: number;
  /** True if the same was stored before under the same id. */
  readonly isRepeat: boolean;
}

/** The way into INGRESS. What it confirmed is stored; what it refused may be stored too, and repeats are found later. */
export interface Door extends AsyncDisposable {
  /**
   * Stores an item and resolves once it is on disk. Called by connectors for hook calls and results, and by stages for due
   * items. Of a hook call the tenant is told, as its channel's record says. Rejects with `unavailable` when the bus does not
   * confirm, has no room, or none for the tenant, or too much is waiting here.
   */
  enter(lane: number, item: IngressItem, tenantId?: string): Promise<Entered>;
  /**
   * Stores a submission or command once: under a message id that was seen in the last ten minutes it answers with the
   * original, or rejects with `already_exists` when that was another one. Rejects with `too_large`, and like {@link Door.enter}.
   */
  submit(lane: number, item: IngressItem, messageId: string): Promise<Submitted>;
  /** False: whoever comes from outside would be refused now. Results and due items are still taken. */
  isOpen(): boolean;
}

/** What {@link createDoor} wants. */
export interface DoorOptions {
  readonly bus: LogPort;
  readonly bodies: BodyStore;
  readonly room: Room;
  /** Most items that wait here; 10,000 by default. */
  readonly waitingItems?: number;
  /** Most bytes that wait here; 64 MiB by default. */
  readonly waitingBytes?: number;
  readonly onStored?: (lane: number, batch: StoredBatch) => void;
  readonly onRefused?: (lane: number) => void;
  /** The stream has gone back to a place before what it took: the door is closed until the process starts anew. */
  readonly onGoneBack?: (from: number, to: number) => void;
}

const submissionBytes = 512 * 1024;

/** Makes the door of one service instance. Disposing waits for what is under way; from then on everything is refused. */
export function createDoor(options: DoorOptions): Door {
  const { bus, bodies, room, onStored, onRefused, waitingItems = 10_000, waitingBytes = 64 * 1024 ** 2 } = options;
  const lanes = new Map<number, GroupCommit>();
  const space = createSpace(waitingItems, waitingBytes);
  const end = watchStreamEnd(options.onGoneBack);
  let isClosed = false;

  const laneOf = (lane: number) => {
    const found = lanes.get(lane);
    if (found !== undefined) return found;
    const told = (batch: StoredBatch) => onStored?.(lane, batch);
    const made = createGroupCommit({ bus, subject: subjects.ingress(lane), end, onStored: told });
    lanes.set(lane, made);
    return made;
  };
  const refuse = (lane: number, why: string, words: Pick<ErrorDetail, 'publicMessage' | 'remedy'> = {}) => {
    onRefused?.(lane);
    throw new TrunklineError('unavailable', why, { certain: true, ...words });
  };
  const requireRoom = (lane: number, item: IngressItem, tenantId: string) => {
    if (!isFromOutside(item)) return;
    if (!room.isOpen()) refuse(lane, 'the bus has no room');
    if (!room.isOpenIn(lane)) refuse(lane, 'nobody can go on reading this lane until a person has looked');
    if (!room.isOpenTo(tenantId)) refuse(lane, `the portals of tenant ${tenantId} hold too much`, tenantIsFull);
  };
  const within = async <T>(lane: number, bytes: number, work: () => Promise<T>): Promise<T> => {
    if (isClosed || end.hasGoneBack) refuse(lane, 'the door is closed');
    if (!space.has(bytes)) refuse(lane, 'too much waits at the door');
    return await space.hold(bytes, work);
  };
  const add = (lane: number, item: IngressItem) => laneOf(lane).add(IngressItem.encode(item).finish());

  return {
    enter: async (lane, item, tenantId = tenantOf(item)) => {
      requireRoom(lane, item, tenantId);
      const encoded = IngressItem.encode(item).finish();
      return await within(lane, encoded.length, async () => {
        const call = item.item?.$case === 'hookCall' ? item.item.value : undefined;
        if (call !== undefined && call.raw.length > inlineBodyBytes)
          return await addParts(await withStoredBody(item, call, bodies), lane, add);
        if (encoded.length <= itemBytes) return await laneOf(lane).add(encoded);
        return await addParts(item, lane, add);
      });
    },
    submit: async (lane, item, messageId) => {
      const data = IngressBatch.encode({ items: [asBuffer(IngressItem.encode(item).finish())] }).finish();
      if (data.length > submissionBytes) throw tooLarge(data.length);
      requireRoom(lane, item, tenantOf(item));
      return await within(lane, data.length, async () => {
        const publish = () => bus.publish(subjects.ingress(lane), data, { messageId });
        const { sequence, isDuplicate } = await end.watched(publish);
        if (isDuplicate) await requireSame(bus, lane, sequence, item);
        return { sequence, isRepeat: isDuplicate };
      });
    },
    isOpen: () => !isClosed && !end.hasGoneBack && room.isOpen() && space.has(0),
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      await Promise.all([...lanes.values()].map((lane) => lane.idle()));
    },
  };
}

/** Tells that a stream has gone back: a person must look. For {@link DoorOptions.onGoneBack}. */
export function goneBackTold(log: Logger): NonNullable<DoorOptions['onGoneBack']> {
  return (from, to) =>
    log.error('The stream that everything enters by has gone back: the door is closed until a person has looked', {
      ...{ stream: streams.ingress, from, to },
    });
}

/** Counts what waits at a door, so that a slow bus fills neither memory nor time. */
function createSpace(mostItems: number, mostBytes: number) {
  const held = { items: 0, bytes: 0 };
  return {
    has: (bytes: number) => held.items < mostItems && held.bytes + bytes <= mostBytes,
    hold: async <T>(bytes: number, work: () => Promise<T>): Promise<T> => {
      held.items += 1;
      held.bytes += bytes;
      try {
        return await work();
      } finally {
        held.items -= 1;
        held.bytes -= bytes;
      }
    },
  };
}

/** Who comes from outside waits at the door; what tells the end of something that is under way uses the reserve. */
function isFromOutside({ item }: IngressItem): boolean {
  return item?.$case === 'hookCall' || item?.$case === 'submission' || item?.$case === 'command';
}

/** The tenant that an item names: a hook call names none. */
function tenantOf({ item }: IngressItem): string {
  return item?.$case === 'submission' || item?.$case === 'command' ? item.value.tenantId : '';
}

const tenantIsFull = {
  publicMessage:
    'Too much waits for the portals of this organization: nothing more is taken until they have taken some of it.',
  remedy:
    'Bring the portal that takes nothing back, or shorten its retention: what expires is kept. Then send again what was refused.',
};

async function withStoredBody(item: IngressItem, call: HookCall, bodies: BodyStore): Promise<IngressItem> {
  const rawObjectKey = await bodies.put(call.raw);
  return { ...item, item: { $case: 'hookCall', value: { ...call, raw: Buffer.alloc(0), rawObjectKey } } };
}

/** Answers with the place of the last part, when all are stored. */
async function addParts(
  item: IngressItem,
  lane: number,
  add: (lane: number, part: IngressItem) => Promise<Entered>,
): Promise<Entered> {
  if (item.item?.$case !== 'hookCall') throw tooLarge(IngressItem.encode(item).finish().length);
  const parts = splitHookCall(item, item.item.value);
  const entered = await Promise.all(parts.map((part) => add(lane, part)));
  return entered.at(-1) as Entered;
}

/** The server only knows that the id was seen: whether it was the same is read back from the leader. */
async function requireSame(bus: LogPort, lane: number, sequence: number, item: IngressItem): Promise<void> {
  const original = await bus.nextOf(streams.ingress, subjects.ingress(lane), sequence);
  if (original?.sequence !== sequence) throw new TrunklineError('unavailable', 'the original cannot be read back');
  const [bytes] = IngressBatch.decode(original.data).items;
  if (bytes !== undefined && isSameOrder(IngressItem.decode(bytes), item)) return;
  const publicMessage = 'The idempotency key was used for something else.';
  throw new TrunklineError('already_exists', publicMessage, { publicMessage, remedy: 'Use a new key.' });
}

/** Times and traces of a repeat differ; what is ordered does not. */
function isSameOrder(one: IngressItem, two: IngressItem): boolean {
  const order = ({ item }: IngressItem): Uint8Array => {
    if (item?.$case === 'submission') return item.value.bodySha256;
    if (item?.$case === 'command') return Command.encode(item.value).finish();
    return new Uint8Array();
  };
  return one.item?.$case === two.item?.$case && Buffer.compare(order(one), order(two)) === 0;
}

function tooLarge(bytes: number): TrunklineError {
  return new TrunklineError('too_large', `an item of ${bytes} bytes is larger than the bus takes`);
}

import { AuditRecord, type FollowRequest, laneCount, strandOf, streams } from '@trunkline/contracts';
import { type AnyHop, byTime, hopKey, hopsOf, isAbout, withConnectors } from '../domain/hops.ts';
import { messageKinds, type PassportDocument, type RecordPlace } from '../domain/passport-entry.ts';
import type { History } from '../kafka.ts';
import type { Passport, PassportQuery, PortalSequence } from '../store/passport.ts';

/** What to follow. */
export type Target = NonNullable<FollowRequest['target']>;

/** What gathering needs. */
export interface GatherParts {
  readonly passport: Passport;
  readonly history: Pick<History, 'read'>;
  /** Hops that were read already, by document id: what is written is never changed. */
  readonly known: Map<string, readonly AnyHop[]>;
  /** Only this tenant's; undefined: everybody's. */
  readonly tenantId: string | undefined;
  readonly limit: number;
}

/** A message's status has an event of its own, and that one attempts. Nothing is further away. */
const rounds = 3;
const mostSequences = 200;

/**
 * The hops of a target, oldest first. It begins with entries that name the tenant; entries that name none (hook calls,
 * results, attempts) count only where they are about an id or portal that was found there.
 */
export async function gather(target: Target, parts: GatherParts): Promise<AnyHop[]> {
  const found = new Map<string, AnyHop>();
  const ids = new Set<string>();
  const keep = (hop: AnyHop) => found.set(hopKey(hop), hop);

  const first = await seed(target, parts);
  for (const hop of first) {
    keep(hop);
    ids.add(hop.entry.id);
    // A hook call may carry messages of other people too: only what names its tenant leads on.
    if (target.$case === 'id' && hop.entry.tenantId !== '') for (const id of hop.entry.messageIds) ids.add(id);
  }
  let fresh = [...ids];
  for (let round = 0; round < rounds && fresh.length > 0; round += 1) {
    const more = await hopsBy({ by: 'ids', ids: fresh }, parts, (hop) => {
      return isOf(hop, parts.tenantId, 'or nobody') && isAbout(hop.entry, ids);
    });
    for (const hop of more) keep(hop);
    fresh = more.map(({ entry }) => entry.id).filter((id) => !ids.has(id));
    for (const id of fresh) ids.add(id);
  }
  for (const hop of await attempts([...found.values()], parts)) keep(hop);
  return withConnectors(byTime([...found.values()])).slice(-parts.limit);
}

/** The last message's id; undefined when there is none. */
export async function lastMessageId(parts: GatherParts): Promise<string | undefined> {
  // A document's time is that of whatever was last in it, and each lane has its own.
  const documents = await parts.passport.find({ by: 'last', tenantId: parts.tenantId }, laneCount);
  const hops = (await read(documents, parts)).filter(({ entry }) => messageKinds.includes(entry.kind));
  return byTime(hops.filter((hop) => isOf(hop, parts.tenantId))).at(-1)?.entry.id;
}

/** Where it begins: entries that are certainly the tenant's. */
async function seed(target: Target, parts: GatherParts): Promise<AnyHop[]> {
  const { tenantId } = parts;
  switch (target.$case) {
    case 'id': {
      const id = target.value;
      const isIt = ({ entry }: AnyHop) => isAbout(entry, new Set([id])) || entry.platformIds.includes(id);
      return await hopsBy({ by: 'ids', ids: [id], tenantId }, parts, (hop) => isOf(hop, tenantId) && isIt(hop));
    }
    case 'conversationId': {
      const conversationId = target.value;
      const isIt = ({ entry }: AnyHop) => entry.conversationId === conversationId;
      const query = { by: 'conversation', conversationId, tenantId } as const;
      return await hopsBy(query, parts, (hop) => isOf(hop, tenantId) && isIt(hop));
    }
    case 'portalId': {
      const portalId = target.value;
      const its = await hopsBy({ by: 'portal', portalId }, parts, ({ entry }) => entry.portalId === portalId);
      // Attempts name no tenant: the portal has to be the tenant's by what else is told of it.
      const isOwn = its.some((hop) => isOf(hop, tenantId)) || (await ownsPortal(portalId, parts));
      return isOwn ? its.filter((hop) => isOf(hop, tenantId, 'or nobody')) : [];
    }
    case 'last': {
      const id = await lastMessageId(parts);
      return id === undefined ? [] : await seed({ $case: 'id', value: id }, parts);
    }
  }
}

/** The newest of a portal may be attempts alone. */
async function ownsPortal(portalId: string, parts: GatherParts): Promise<boolean> {
  const documents = await parts.passport.find({ by: 'portal', portalId, isOwned: true }, 1);
  const its = (await read(documents, parts)).filter(({ entry }) => entry.portalId === portalId);
  return its.some((hop) => isOf(hop, parts.tenantId));
}

/** Attempts to deliver the sealed events among hops. */
async function attempts(hops: readonly AnyHop[], parts: GatherParts): Promise<AnyHop[]> {
  const sealed = byTime(hops)
    .filter(({ stream }) => stream === streams.outbox)
    .map(({ entry }) => entry)
    .slice(-mostSequences);
  const sequences: PortalSequence[] = sealed.map(({ portalId, sequence }) => ({ portalId, sequence }));
  if (sequences.length === 0) return [];
  const holds = ({ entry }: AnyHop) =>
    sealed.some(
      ({ portalId, sequence, conversationId }) =>
        entry.portalId === portalId &&
        entry.sequence <= sequence &&
        sequence <= entry.lastSequence &&
        isInStrand(conversationId, entry.strand),
    );
  return await hopsBy({ by: 'sequences', sequences }, parts, holds);
}

/** What is told of a range of a strand is told of its own events alone. */
function isInStrand(conversationId: string, strand: string): boolean {
  const [index, count] = strand.split('/').map(Number);
  return count === undefined || strandOf(conversationId, count) === index;
}

function isOf({ entry }: AnyHop, tenantId: string | undefined, orNobody?: 'or nobody'): boolean {
  return tenantId === undefined || entry.tenantId === tenantId || (orNobody !== undefined && entry.tenantId === '');
}

/** Documents whose records are read before it is asked whether more are needed. */
const readAtOnce = 8;

/** The hops that are wanted, of the newest documents, until there are enough. */
async function hopsBy(query: PassportQuery, parts: GatherParts, isWanted: (hop: AnyHop) => boolean): Promise<AnyHop[]> {
  const documents = await parts.passport.find(query, parts.limit);
  const wanted: AnyHop[] = [];
  for (let from = 0; from < documents.length && wanted.length < parts.limit; from += readAtOnce) {
    wanted.push(...(await read(documents.slice(from, from + readAtOnce), parts)).filter(isWanted));
  }
  return wanted;
}

async function read(documents: readonly PassportDocument[], { history, known }: GatherParts): Promise<AnyHop[]> {
  const unread = documents.filter(({ _id }) => !known.has(_id));
  const wanted = unread.map(placesOf);
  const values = await history.read(wanted.flat());
  let next = 0;
  for (const [index, { _id }] of unread.entries()) {
    const count = wanted[index]?.length ?? 0;
    const own = values.slice(next, next + count);
    next += count;
    known.set(
      _id,
      own.flatMap((value) => (value === undefined ? [] : hopsOf(AuditRecord.decode(value)))),
    );
  }
  return documents.flatMap(({ _id }) => known.get(_id) ?? []);
}

function placesOf({ lane, places }: PassportDocument): RecordPlace[] {
  return places.flatMap(({ topic, offsets }) => offsets.map((offset) => ({ topic, partition: lane, offset })));
}

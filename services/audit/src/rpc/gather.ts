import { AuditRecord, type FollowRequest, streams } from '@trunkline/contracts';
import { type AnyHop, byTime, hopKey, hopsOf, isAbout, withConnectors } from '../domain/hops.ts';
import { messageKinds, type PassportDocument } from '../domain/passport-entry.ts';
import type { History } from '../kafka.ts';
import type { Passport, PassportQuery, PortalSequence } from '../store/passport.ts';

/** What to follow. */
export type Target = NonNullable<FollowRequest['target']>;

/** What gathering needs. */
export interface GatherParts {
  readonly passport: Passport;
  readonly history: History;
  /** Records that were read already, by document id: what is written is never changed. */
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
    const more = (await hopsBy({ by: 'ids', ids: fresh }, parts)).filter(
      (hop) => isOf(hop, parts.tenantId, 'or nobody') && isAbout(hop.entry, ids),
    );
    for (const hop of more) keep(hop);
    fresh = more.map(({ entry }) => entry.id).filter((id) => !ids.has(id));
    for (const id of fresh) ids.add(id);
  }
  for (const hop of await attempts([...found.values()], parts)) keep(hop);
  return withConnectors(byTime([...found.values()])).slice(-parts.limit);
}

/** The last message's id; undefined when there is none. */
export async function lastMessageId(parts: GatherParts): Promise<string | undefined> {
  const [document] = await parts.passport.find({ by: 'last', tenantId: parts.tenantId }, 1);
  if (document === undefined) return undefined;
  const hops = (await read([document], parts)).filter(({ entry }) => messageKinds.includes(entry.kind));
  return hops.filter((hop) => isOf(hop, parts.tenantId)).at(-1)?.entry.id;
}

/** Where it begins: entries that are certainly the tenant's. */
async function seed(target: Target, parts: GatherParts): Promise<AnyHop[]> {
  const { tenantId } = parts;
  switch (target.$case) {
    case 'id': {
      const id = target.value;
      const hops = await hopsBy({ by: 'ids', ids: [id], tenantId }, parts);
      const isIt = ({ entry }: AnyHop) => isAbout(entry, new Set([id])) || entry.platformIds.includes(id);
      return hops.filter((hop) => isOf(hop, tenantId) && isIt(hop));
    }
    case 'conversationId': {
      const conversationId = target.value;
      const hops = await hopsBy({ by: 'conversation', conversationId, tenantId }, parts);
      return hops.filter((hop) => isOf(hop, tenantId) && hop.entry.conversationId === conversationId);
    }
    case 'portalId': {
      const hops = await hopsBy({ by: 'portal', portalId: target.value }, parts);
      const its = hops.filter(({ entry }) => entry.portalId === target.value);
      // Attempts name no tenant: the portal has to be the tenant's by what else is told of it.
      const isOwn = its.some((hop) => isOf(hop, tenantId)) || (await ownsPortal(target.value, parts));
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
  const documents = await parts.passport.find({ by: 'portal', portalId, stream: streams.outbox }, 1);
  return documents.some(({ tenantIds }) => parts.tenantId === undefined || tenantIds.includes(parts.tenantId));
}

/** Attempts to deliver the sealed events among hops. */
async function attempts(hops: readonly AnyHop[], parts: GatherParts): Promise<AnyHop[]> {
  const sequences: PortalSequence[] = byTime(hops)
    .filter(({ stream }) => stream === streams.outbox)
    .map(({ entry: { portalId, sequence } }) => ({ portalId, sequence }))
    .slice(-mostSequences);
  if (sequences.length === 0) return [];
  const holds = ({ entry }: AnyHop) =>
    sequences.some(
      ({ portalId, sequence }) =>
        entry.portalId === portalId && entry.sequence <= sequence && sequence <= entry.lastSequence,
    );
  return (await hopsBy({ by: 'sequences', sequences }, parts)).filter(holds);
}

function isOf({ entry }: AnyHop, tenantId: string | undefined, orNobody?: 'or nobody'): boolean {
  return tenantId === undefined || entry.tenantId === tenantId || (orNobody !== undefined && entry.tenantId === '');
}

async function hopsBy(query: PassportQuery, parts: GatherParts): Promise<AnyHop[]> {
  return await read(await parts.passport.find(query, parts.limit), parts);
}

async function read(documents: readonly PassportDocument[], { history, known }: GatherParts): Promise<AnyHop[]> {
  const unread = documents.filter(({ _id }) => !known.has(_id));
  const values = await history.read(unread);
  for (const [index, { _id }] of unread.entries()) {
    const value = values[index];
    known.set(_id, value === undefined ? [] : hopsOf(AuditRecord.decode(value)));
  }
  return documents.flatMap(({ _id }) => known.get(_id) ?? []);
}

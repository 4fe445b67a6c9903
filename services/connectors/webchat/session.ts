import { type ChannelAccess, type ChannelState, refusal } from '@trunkline/adapter-kit';
import { logOf } from './entries.ts';
import type { Settings } from './settings.ts';
import { hashOfResume, isIdentitySigned, newResume, newVisitorId, writeToken } from './token.ts';
import { foundAgain, newVisitor, type SessionRequest, type Visitor } from './visitor.ts';

/** What a widget is answered. */
export interface OpenedSession {
  readonly visitorId: string;
  /** Opens the next session. The former one stays valid until this one is used, should this answer be lost, and a minute
   * longer, for a second tab. */
  readonly resume: string;
  /** Opens sockets and uploads for five minutes. */
  readonly token: string;
  readonly settings: {
    readonly title: string;
    readonly greeting: string;
    readonly color: string;
    readonly maxFileMiB: number;
  };
}

const dayMs = 24 * 60 * 60_000;
const formerLivesMs = 60_000;

/** Opens a visitor's session: the one of the resume token, or of somebody new. */
export async function openSession(
  request: SessionRequest,
  channel: ChannelAccess<Settings>,
  { state, nowMs }: { readonly state: ChannelState; readonly nowMs: number },
): Promise<OpenedSession> {
  const { title, greeting, color, maxFileMiB, resumeDays } = channel.settings;
  const user = userOf(request, channel);
  const resumed = request.resume === undefined ? undefined : await resumedBy(request.resume, { state, nowMs });
  // Somebody else at the same screen: what the former user wrote is not theirs to read.
  const known = user && resumed?.user && resumed.user.id !== user.id ? undefined : resumed;
  const visitor = { ...(await visitorOf(known, request, state)), ...(user && { user }) };
  await state.put(visitorKey(visitor.id), visitor);
  const resume = newResume();
  const kept: Resume = {
    visitorId: visitor.id,
    ...(known && request.resume !== undefined && { follows: resumeKey(request.resume) }),
  };
  await state.put(resumeKey(resume), kept, { expiresAtMs: nowMs + resumeDays * dayMs });
  const token = writeToken({ channelId: channel.id, visitorId: visitor.id }, channel.secret('session_key'), nowMs);
  return { visitorId: visitor.id, resume, token, settings: { title, greeting, color, maxFileMiB } };
}

/** Where a visitor is kept. */
export function visitorKey(visitorId: string): string {
  return `visitor/${visitorId}`;
}

function resumeKey(resume: string): string {
  return `resume/${hashOfResume(resume)}`;
}

/** What is kept of a resume token. */
interface Resume {
  readonly visitorId: string;
  /** Where the token is kept that this one follows. */
  readonly follows?: string;
  /** Its successor has arrived; said once, or each use would let it live longer. */
  readonly isOver?: boolean;
}

/** The visitor of a resume token; the token before it ends soon, because its successor has arrived. */
async function resumedBy(
  resume: string,
  { state, nowMs }: { readonly state: ChannelState; readonly nowMs: number },
): Promise<Visitor | undefined> {
  const kept = (await state.get<Resume>(resumeKey(resume)))?.value;
  if (!kept) return undefined;
  const former = kept.follows === undefined ? undefined : (await state.get<Resume>(kept.follows))?.value;
  if (former && kept.follows !== undefined && !former.isOver) {
    await state.put(kept.follows, { ...former, isOver: true }, { expiresAtMs: nowMs + formerLivesMs });
  }
  return (await state.get<Visitor>(visitorKey(kept.visitorId)))?.value;
}

/** Until the first message the page is the one where the visitor is now: ids of analytics often come after the widget. */
async function visitorOf(known: Visitor | undefined, request: SessionRequest, state: ChannelState): Promise<Visitor> {
  if (!known) return newVisitor(newVisitorId(), request);
  return (await state.lastSequence(logOf(known.id))) === 0 ? foundAgain(known, request) : known;
}

function userOf({ identity }: SessionRequest, channel: ChannelAccess<Settings>): Visitor['user'] {
  if (!identity) return undefined;
  const key = channel.optionalSecret('identity_key');
  if (key === undefined || !isIdentitySigned(identity.userId, identity.hmac, key)) {
    throw refusal('permission_denied', 'The signature of identity.userId does not fit the identity key.');
  }
  return { id: identity.userId, name: identity.name };
}

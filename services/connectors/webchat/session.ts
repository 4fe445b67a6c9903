import { type ChannelAccess, type ChannelState, ConnectorError } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';
import { hashOfResume, isIdentitySigned, newResume, newVisitorId, writeToken } from './token.ts';
import { newVisitor, type SessionRequest, type Visitor } from './visitor.ts';

/** What a widget is answered. */
export interface OpenedSession {
  readonly visitorId: string;
  /** Opens the next session; the former one stays valid for a minute, for a second tab. */
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
  const known = request.resume === undefined ? undefined : await resumed(request.resume, state);
  const visitor = withUser(known ?? newVisitor(newVisitorId(), request), request, channel);
  await state.put(visitorKey(visitor.id), visitor);
  const resume = newResume();
  await state.put(resumeKey(resume), visitor.id, { expiresAtMs: nowMs + resumeDays * dayMs });
  if (known && request.resume !== undefined) {
    await state.put(resumeKey(request.resume), visitor.id, { expiresAtMs: nowMs + formerLivesMs });
  }
  const token = writeToken({ channelId: channel.id, visitorId: visitor.id }, channel.secret('session_key'), nowMs);
  return { visitorId: visitor.id, resume, token, settings: { title, greeting, color, maxFileMiB } };
}

/** Where a visitor is kept. */
export function visitorKey(visitorId: string): string {
  return `visitor/${visitorId}`;
}

/** True if a page of this origin may show the widget. Calls that come from no page have no origin. Pure. */
export function isOriginAllowed(origin: string | undefined, { origins }: Settings): boolean {
  return origins.length === 0 || (origin !== undefined && origins.includes(origin));
}

function resumeKey(resume: string): string {
  return `resume/${hashOfResume(resume)}`;
}

async function resumed(resume: string, state: ChannelState): Promise<Visitor | undefined> {
  const kept = await state.get<string>(resumeKey(resume));
  return kept && (await state.get<Visitor>(visitorKey(kept.value)))?.value;
}

function withUser(visitor: Visitor, { identity }: SessionRequest, channel: ChannelAccess<Settings>): Visitor {
  if (!identity) return visitor;
  const key = channel.optionalSecret('identity_key');
  if (key === undefined || !isIdentitySigned(identity.userId, identity.hmac, key)) {
    throw new ConnectorError('unauthenticated', 'The signature of identity.userId does not fit the identity key.');
  }
  return { ...visitor, user: { id: identity.userId, name: identity.name } };
}

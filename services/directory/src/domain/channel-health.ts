import { ChannelState } from '@trunkline/contracts';
import type { ChannelDocument, ChannelStateName } from '../store/documents.ts';

/** States as the contracts name them. */
export const channelStates: Record<ChannelStateName, ChannelState> = {
  connecting: ChannelState.CHANNEL_STATE_UNSPECIFIED,
  ok: ChannelState.CHANNEL_STATE_OK,
  degraded: ChannelState.CHANNEL_STATE_DEGRADED,
  needs_sign_in: ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN,
  banned: ChannelState.CHANNEL_STATE_BANNED,
  off: ChannelState.CHANNEL_STATE_OFF,
};

/** What a connector tells of a channel. */
export interface ToldHealth {
  readonly revision: number;
  readonly state: ChannelState;
  readonly reason: string;
  readonly tokenEndsAt: Date | undefined;
  /** True if its portal hears of it anyway. */
  readonly isTold: boolean;
  /** True if it may not hold any more. */
  readonly isPast: boolean;
}

/** People are warned so long before a token ends. */
export const tokenWarningMs = 7 * 24 * 60 * 60 * 1_000;

/** What changes of a channel. */
export type HealthChanges = Pick<ChannelDocument, 'state' | 'stateReason' | 'stateAt' | 'tokenEndsAt'> &
  Partial<Pick<ChannelDocument, 'toldState' | 'stateNumber'>>;

/**
 * What a channel becomes by what its connector tells; undefined when nothing changes. What is told of a former revision, or
 * of a channel that is just being connected, does not count: it says nothing of the settings and secrets of now. Pure.
 */
export function nextHealth(document: ChannelDocument, told: ToldHealth, nowMs: number): HealthChanges | undefined {
  const name = nameOf(told.state);
  if (name === undefined || document.state === 'connecting' || told.revision < document.revision) return undefined;
  if (told.isPast) return heardOf(document, name);
  const { state, stateReason } = warned(name, told, nowMs);
  // What the platform tells by itself says nothing of the token.
  const tokenEndsAt = told.tokenEndsAt ?? (told.isTold ? (document.tokenEndsAt ?? null) : null);
  const isNews = state !== (document.toldState ?? 'ok');
  const isSame = state === document.state && stateReason === document.stateReason;
  const isSameToken = tokenEndsAt?.getTime() === document.tokenEndsAt?.getTime();
  if (isSame && isSameToken && !isNews) return undefined;
  const stateAt = state === document.state ? (document.stateAt ?? new Date(nowMs)) : new Date(nowMs);
  const number = told.isTold ? {} : { stateNumber: (document.stateNumber ?? 0) + 1 };
  const news = isNews ? { toldState: state, ...number } : {};
  return { state, stateReason, stateAt, tokenEndsAt, ...news };
}

/** The channel stays as it is; the next that is told of it is news to a portal that heard something else. */
function heardOf(document: ChannelDocument, toldState: ChannelStateName): HealthChanges | undefined {
  const { state, stateReason, stateAt, tokenEndsAt = null } = document;
  if (toldState === (document.toldState ?? 'ok')) return undefined;
  return { state, stateReason, ...(stateAt !== undefined && { stateAt }), tokenEndsAt, toldState };
}

/** A token that ends soon is worth a warning while all else is well. */
function warned(
  state: ChannelStateName,
  { reason, tokenEndsAt }: ToldHealth,
  nowMs: number,
): Pick<ChannelDocument, 'state' | 'stateReason'> {
  const endsSoon = tokenEndsAt !== undefined && tokenEndsAt.getTime() < nowMs + tokenWarningMs;
  if (state !== 'ok' || !endsSoon) return { state, stateReason: reason };
  const day = tokenEndsAt.toISOString().slice(0, 10);
  return { state: 'degraded', stateReason: `The token ends on ${day}: sign in again before.` };
}

function nameOf(state: ChannelState): ChannelStateName | undefined {
  const found = Object.entries(channelStates).find(([, each]) => each === state);
  return found?.[0] === 'connecting' ? undefined : (found?.[0] as ChannelStateName | undefined);
}

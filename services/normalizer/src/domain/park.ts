import type { ChannelEntry, ErrorCode } from '@trunkline/contracts';
import { sealParked } from './state/parking.ts';
import type { Turn } from './turn.ts';

/** What cannot be understood, and why. */
export interface Unknown {
  readonly code: ErrorCode;
  /** In words, without anything personal. */
  readonly reason: string;
  /** Kept whole, encrypted. */
  readonly bytes: Uint8Array;
  /** Where the bytes came from, as far as that is known. */
  readonly channel?: ChannelEntry | undefined;
  readonly channelId?: string;
  readonly connector?: string;
  readonly bodyKey?: string;
}

/** Keeps what cannot be understood, whole and encrypted, and tells it. It is parsed again when somebody asks for it. */
export function park(turn: Turn, { code, reason, bytes, channel, channelId, connector, bodyKey }: Unknown): void {
  const parkedId = turn.idHere();
  const words = reason.slice(0, reasonMax);
  turn.draft.insert('parkedIn', {
    _id: parkedId,
    tenantId: channel?.tenantId ?? '',
    channelId: channel?.id ?? channelId ?? '',
    connector: channel?.connector ?? connector ?? '',
    at: new Date(turn.nowMs),
    place: turn.place,
    keptUntil: new Date(turn.nowMs + turn.settings.parkedMs),
    code,
    reason: words,
    sealed: sealParked(turn.settings.parkingKey, parkedId, bytes),
    ...(bodyKey ? { bodyKey } : {}),
  });
  turn.say(
    { tenantId: channel?.tenantId ?? '', channel },
    { $case: 'parked', value: { parkedId, code, reason: words } },
  );
}

const reasonMax = 500;

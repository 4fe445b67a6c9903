import { randomUUID } from 'node:crypto';
import { Envelope, Fact, laneOf, subjects } from '@trunkline/contracts';
import { type LogPort, pause } from '@trunkline/runtime';
import type { KeyUse } from './domain/key-use.ts';

/** Tells history of every use of a key, without anybody waiting for it. */
export interface KeyUses {
  /** Counts a use. Sealing is told once a minute, everything else at once. Never waits, never throws. */
  readonly add: (use: KeyUse) => void;
  /** Tells what was counted, until the signal. Never rejects. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
  /** Tells all that is left, in one try. Rejects when the bus is away. */
  readonly finish: () => Promise<void>;
}

/** What {@link keyUses} wants. */
export interface KeyUsesParts {
  readonly log: Pick<LogPort, 'publish'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears what was told. */
  readonly told: (use: KeyUse) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** An envelope that is ready: its bytes stay the same however often they are sent. */
interface Ready {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly messageId: string;
  readonly uses: readonly KeyUse[];
}

const sealedEveryMs = 60_000;
const lookEveryMs = 100;
const retryMs = 1_000;
const mostInEnvelope = 500;

/** Makes the teller. At a crash the counts of sealing that were not told yet are lost: a minute's at most. */
export function keyUses({ log, now, told, onTrouble }: KeyUsesParts): KeyUses {
  const counted = new Map<string, KeyUse>();
  const ready: Ready[] = [];
  let urgent = false;
  let sealedToldAtMs = now();

  const take = (isDue: (use: KeyUse) => boolean) => {
    const byLane = new Map<number, KeyUse[]>();
    for (const [key, use] of counted) {
      if (!isDue(use)) continue;
      counted.delete(key);
      const lane = laneOf(use.tenantId);
      const some = byLane.get(lane);
      if (some === undefined) byLane.set(lane, [use]);
      else some.push(use);
    }
    for (const [lane, uses] of byLane) {
      for (let from = 0; from < uses.length; from += mostInEnvelope)
        ready.push(envelopeOf(lane, uses.slice(from, from + mostInEnvelope), new Date(now())));
    }
  };
  const send = async () => {
    for (let first = ready[0]; first !== undefined; first = ready[0]) {
      const { subject, data, messageId, uses } = first;
      await log.publish(subject, data, { messageId });
      ready.shift();
      uses.forEach(told);
    }
  };
  const look = async () => {
    const isMinuteOver = now() - sealedToldAtMs >= sealedEveryMs;
    if (isMinuteOver) sealedToldAtMs = now();
    if (isMinuteOver || urgent) take((use) => isMinuteOver || use.use !== 'sealed');
    urgent = false;
    await send();
  };
  return {
    add: (use) => {
      const key = `${use.use}/${use.portalId}/${use.kid}`;
      counted.set(key, { ...use, count: (counted.get(key)?.count ?? 0) + use.count });
      if (use.use !== 'sealed') urgent = true;
    },
    follow: async (signal) => {
      while (!signal.aborted) {
        try {
          await look();
          await pause(lookEveryMs, signal);
        } catch (error) {
          onTrouble(error);
          await pause(retryMs, signal);
        }
      }
    },
    finish: async () => {
      take(() => true);
      await send();
    },
  };
}

function envelopeOf(lane: number, uses: readonly KeyUse[], at: Date): Ready {
  const items = uses.map(({ use, portalId, tenantId, kid, count }) => {
    const fact = { $case: 'keyUsed', value: { kid, use, count } } as const;
    return Buffer.from(Fact.encode(Fact.fromPartial({ id: randomUUID(), tenantId, portalId, at, fact })).finish());
  });
  const data = Envelope.encode(Envelope.fromPartial({ stage: 'sealer', lane, items })).finish();
  return { subject: subjects.facts(lane, 'sealer'), data, messageId: randomUUID(), uses };
}

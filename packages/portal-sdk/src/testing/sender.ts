import { createHash } from 'node:crypto';
import { nextChain, nextSequence, start } from '../chain.ts';
import { sealEvent } from '../jwe.ts';
import { deriveKeys } from '../keys.ts';
import type { PortalRequest } from '../portal.ts';
import { sign } from '../signature.ts';

/** A CloudEvent as a test may still spoil it. */
export type Wire = Record<string, unknown>;

/** A licence key whose secret is one byte, 32 times. Tests only. */
export function licenceKeyOf(byte: number): string {
  const secret = Buffer.alloc(32, byte);
  const checksum = createHash('sha256').update(secret).digest().subarray(0, 4);
  return `tlk_${Buffer.concat([secret, checksum]).toString('base64url')}`;
}

/** Signs a batch, or any body, as the sender does. */
export function requestOf(
  batch: readonly Wire[] | string | Uint8Array,
  licenceKey: string,
  nowMs = Date.now(),
): PortalRequest {
  const body = typeof batch === 'string' || batch instanceof Uint8Array ? batch : JSON.stringify(batch);
  const timestampSeconds = Math.floor(nowMs / 1000);
  return { headers: { ...sign({ id: 'p_1_9', timestampSeconds, body }, [deriveKeys(licenceKey)]) }, rawBody: body };
}

/** The other end of the protocol for tests: numbers, chains and seals events one after another. */
export function createSender(licenceKey = licenceKeyOf(1)) {
  let keys = deriveKeys(licenceKey);
  let head = start;

  function attributes(type: string): Wire {
    return { specversion: '1.0', id: `event-${Number(head.sequence)}`, source: 'trunkline/t/p', type, ...head };
  }

  function advance(data: unknown): { plaintext: Buffer } {
    const plaintext = Buffer.from(JSON.stringify(data));
    const sequence = nextSequence(head.sequence);
    const id = `event-${Number(sequence)}`;
    head = { sequence, chain: nextChain(head.chain, { sequence, id, plaintext }) };
    return { plaintext };
  }

  return {
    head: () => head,
    /** The next event. */
    event(data: unknown = { text: `message ${Number(head.sequence) + 1}` }): Wire {
      const { plaintext } = advance(data);
      const sealed = { datacontenttype: 'application/jose', data: sealEvent(keys, plaintext) };
      return { ...attributes('trunkline.message.received.v1'), ...sealed };
    },
    events(count: number): Wire[] {
      return Array.from({ length: count }, () => this.event());
    },
    /** The next `count` events pass unseen; this notice stands for them. */
    notice(count: number, kind = 'expired'): Wire {
      const from = nextSequence(head.sequence);
      for (let made = 0; made < count; made += 1) advance({ text: 'never seen' });
      const data = { from, to: head.sequence, reason: 'older than 24 hours' };
      return { ...attributes(`trunkline.events.${kind}.v1`), datacontenttype: 'application/json', data };
    },
    /** From now on events are sealed under another key. */
    useKey(next: string) {
      keys = deriveKeys(next);
    },
  };
}

import { createHash, hkdfSync } from 'node:crypto';
import { compactDecrypt } from 'jose';
import { Webhook } from 'standardwebhooks';
import type { Placed } from './place.ts';

/**
 * A portal as the protocol's page describes it, made of published libraries alone: nothing of ours judges itself.
 * docs/portal-protocol.md, "Keys", "Signature", "Opening an event".
 */
export interface PortalOpener {
  readonly kid: string;
  /** The events of a request. Throws when the signature is none of this portal's. */
  verify(body: string, headers: Readonly<Record<string, string>>): readonly CloudEvent[];
  /** What an event says; a notice says itself. */
  open(event: Pick<CloudEvent, 'datacontenttype' | 'data'>): Promise<unknown>;
  /** The sealed bytes of an event that is no notice. */
  plaintext(event: Pick<CloudEvent, 'data'>): Promise<Uint8Array>;
}

/** What is read of an event. */
export interface CloudEvent extends Placed {
  readonly id: string;
  readonly source: string;
  readonly chain: string;
  /** Number of the replay by which it came. */
  readonly replay?: number;
}

const salt = 'trunkline.portal.v1';

/** Derives a portal's keys. Throws when the licence key is mistyped. */
export function openerOf(licenceKey: string): PortalOpener {
  const bytes = Buffer.from(licenceKey.replace(/^tlk_/, ''), 'base64url');
  const secret = bytes.subarray(0, 32);
  const checksum = createHash('sha256').update(secret).digest().subarray(0, 4);
  if (!checksum.equals(bytes.subarray(32))) throw new Error('the licence key is mistyped');
  const derive = (info: string, size: number) => Buffer.from(hkdfSync('sha256', secret, salt, info, size));
  const encryption = derive('encryption', 32);
  // Made once a portal: it is done by another thread, which costs more than to open an event.
  let imported: ReturnType<typeof crypto.subtle.importKey> | undefined;
  const key = () => (imported ??= crypto.subtle.importKey('raw', encryption, 'AES-GCM', false, ['decrypt']));
  const webhook = new Webhook(derive('signing', 32).toString('base64'));
  const plaintext: PortalOpener['plaintext'] = async ({ data }) =>
    (await compactDecrypt(String(data), await key())).plaintext;
  return {
    kid: derive('kid', 8).toString('hex'),
    verify: (body, headers) => webhook.verify(body, { ...headers }) as readonly CloudEvent[],
    plaintext,
    open: async ({ datacontenttype, data }) =>
      datacontenttype === 'application/jose' ? readJson(await plaintext({ data })) : data,
  };
}

/** Opened bytes as what they say. */
export function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

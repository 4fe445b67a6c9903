import type { AcknowledgeRequest, PortalBatch, PortalServiceDefinition } from '@trunkline/contracts';
import { asTrunklineError, type RpcClient, type TrunklineError } from '@trunkline/runtime';
import { Webhook } from 'standardwebhooks';

/** Who pulls. */
export interface PullerOptions {
  readonly portalId: string;
  readonly consumer: string;
  readonly tenant?: string;
  readonly signingKey: Uint8Array;
  readonly maxUnacknowledged?: number;
  readonly fromSequence?: number;
}

/** One element that came. */
export interface Pulled {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly previous?: unknown;
  readonly data: unknown;
}

/** One open stream, read in the background. */
export interface Puller extends AsyncDisposable {
  /** Everything that came, in order. */
  readonly items: readonly Pulled[];
  readonly sequences: readonly number[];
  readonly areSigned: boolean;
  /** Of the last batch; 0 before the first. */
  readonly epoch: number;
  /** What the last batch said. */
  readonly isPrimary: boolean;
  /** How the stream ended; undefined: it is open. */
  readonly ended: TrunklineError | undefined;
  /** Of the last batch, 0: it was of no replay. */
  readonly replay: number;
  acknowledge(sequence?: number, more?: Partial<AcknowledgeRequest>): Promise<number>;
}

type Client = RpcClient<typeof PortalServiceDefinition>;

/** Subscribes. `onBatch` hears of each batch before the next one is read; by default nothing is acknowledged. */
export function startPuller(
  client: Client,
  options: PullerOptions,
  onBatch: (puller: Puller) => unknown = () => {},
): Puller {
  const { portalId, consumer, tenant = 'home', signingKey, maxUnacknowledged = 0, fromSequence = 0 } = options;
  const webhook = new Webhook(Buffer.from(signingKey).toString('base64'));
  const items: Pulled[] = [];
  const leaving = new AbortController();
  let areSigned = true;
  let epoch = 0;
  let isPrimary = false;
  let replay = 0;
  let ended: TrunklineError | undefined;

  const take = (batch: PortalBatch) => {
    ({ epoch, isPrimary, replay } = batch);
    if (batch.body.length === 0) return;
    areSigned &&= isSigned(webhook, batch);
    const events = JSON.parse(batch.body.toString()) as (Omit<Pulled, 'sequence'> & { readonly sequence: string })[];
    items.push(...events.map((event) => ({ ...event, sequence: Number(event.sequence) })));
  };
  const puller: Puller = {
    items,
    get sequences() {
      return items.map(({ sequence }) => sequence);
    },
    get areSigned() {
      return areSigned;
    },
    get epoch() {
      return epoch;
    },
    get replay() {
      return replay;
    },
    get isPrimary() {
      return isPrimary;
    },
    get ended() {
      return ended;
    },
    acknowledge: async (sequence = items.at(-1)?.sequence ?? 0, more = {}) => {
      const request = { portalId, consumer, sequence, epoch, replay, ...more };
      return (await client.acknowledge(request, { tenant })).acknowledgedSequence;
    },
    [Symbol.asyncDispose]: async () => {
      leaving.abort();
      await reading;
    },
  };
  const reading = (async () => {
    try {
      const request = { portalId, consumer, fromSequence, maxUnacknowledged };
      for await (const batch of client.subscribe(request, { tenant, signal: leaving.signal })) {
        take(batch);
        await onBatch(puller);
      }
    } catch (error) {
      ended = asTrunklineError(error);
    }
  })();
  return puller;
}

function isSigned(webhook: Webhook, { body, webhookId, webhookTimestamp, webhookSignature }: PortalBatch): boolean {
  const given = {
    'webhook-id': webhookId,
    'webhook-timestamp': webhookTimestamp,
    'webhook-signature': webhookSignature,
  };
  try {
    webhook.verify(body.toString(), given);
    return true;
  } catch {
    return false;
  }
}

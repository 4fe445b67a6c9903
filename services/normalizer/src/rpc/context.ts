import type { Media } from '@trunkline/contracts';
import type { Directory, Door, RpcClients, TenantRates } from '@trunkline/runtime';
import type { ReadDocuments } from '../store/documents.ts';
import type { ReadFileAddress } from './named-files.ts';

/** What the methods need. */
export interface MessageContext {
  readonly documents: ReadDocuments;
  readonly directory: Directory;
  readonly door: Door;
  readonly rates: TenantRates;
  /** Link to a file of ours, as of now. */
  readonly fileUrl: (media: Media) => string;
  /** Whose file an address leads to. */
  readonly readFileAddress: ReadFileAddress;
  /** Opens what is parked. */
  readonly parkingKey: Uint8Array;
  readonly clients: RpcClients;
  readonly now: () => number;
}

/** One sentence for a thing that is absent or another tenant's: the caller cannot tell which. */
export const sentences = {
  conversation: 'There is no such conversation.',
  channel: 'There is no such channel.',
  message: 'There is no such message.',
  contact: 'There is no such contact.',
} as const;

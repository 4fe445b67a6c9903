import { MongoClient } from 'mongodb';
import { connectBus, provisionBus, provisionStore, provisionStoreUsers } from '../../packages/runtime/src/index.ts';
import type { InfraSettings } from './settings.ts';

/** What {@link provision} did, for people. */
export interface Provisioned {
  readonly streamsMade: readonly string[];
  readonly streamsChanged: readonly string[];
  /** Streams of connectors that are gone. */
  readonly streamsLeft: readonly string[];
  readonly users: readonly string[];
}

/** Settings with the connectors that are installed. */
export interface ProvisionOptions extends Omit<InfraSettings, 'mongoPasswords'> {
  readonly connectors: readonly string[];
  readonly mongoPasswords?: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/**
 * Makes and updates everything that an installation stands on: streams, buckets, object stores, collections, indexes and
 * users of MongoDB. Safe to repeat; deletes nothing. Rejects with a sentence when a server refuses.
 */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const { natsUrl, mongoUrl, database, connectors, signal } = options;
  await using nats = await connectBus({ url: natsUrl, service: 'infra', instance: String(process.pid), signal });
  const { made, changed, left } = await provisionBus(nats, options);
  await using mongo = await new MongoClient(mongoUrl, { serverSelectionTimeoutMS: 30_000 }).connect();
  await provisionStore(mongo, { database, connectors });
  const users = await provisionStoreUsers(mongo, { database, connectors }, options.mongoPasswords ?? new Map());
  return { streamsMade: made, streamsChanged: changed, streamsLeft: left, users };
}

import { MongoClient } from 'mongodb';
import { connectBus } from '../bus/connect.ts';
import { provisionBus } from './provision-bus.ts';
import { provisionStore, provisionStoreUsers } from './provision-store.ts';

/** What {@link provision} did, for people. */
export interface Provisioned {
  readonly streamsMade: readonly string[];
  readonly streamsChanged: readonly string[];
  /** Streams of connectors that are gone. */
  readonly streamsLeft: readonly string[];
  readonly users: readonly string[];
}

/** What {@link provision} wants. */
export interface ProvisionOptions {
  /** Addresses with a user in them who may do everything. */
  readonly natsUrl: string;
  readonly mongoUrl: string;
  readonly database: string;
  /** Names of the installed connectors. */
  readonly connectors: readonly string[];
  /** Room for the bus on disk, in bytes. */
  readonly busBytes?: number;
  /** Copies of each stream. */
  readonly replicas?: number;
  /** Passwords of the MongoDB users by service; users without one are left alone. */
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

/** A server that Trunkline needs. */
export type ServerName = 'nats' | 'mongo' | 'kafka';

/** How far a download is; called several times a second. */
export type Report = (progress: { name: string; doneBytes: number; totalBytes: number }) => void;

/** Where fetched servers stay: git-ignored, at the repository's root. */
export declare const SERVERS_FOLDER: string;

/**
 * Returns the folder of a server, downloading it first if it is not there: `nats-server`, `mongod`, or Kafka's jars.
 * Throws a Problem (one sentence with a remedy) when something is missing. `folder` and `pinned` are for tests.
 */
export declare function fetchServer(
  name: ServerName,
  options?: { signal?: AbortSignal; report?: Report; folder?: string; pinned?: unknown },
): Promise<string>;

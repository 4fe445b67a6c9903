import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { type Admin, type Connection, type Consumer, instancesChannel, type Producer } from '@platformatic/kafka';

type Client = Admin | Consumer | Producer;

/** Clients of Kafka that end together, with every connection that any of them ever made. */
export interface KafkaClients extends AsyncDisposable {
  /** From now on it ends with the others. Called before the client is first used. */
  own<Own extends Client>(client: Own): Own;
  /** Ends one of them before the others. */
  end(client: Client): Promise<void>;
}

interface Created {
  readonly type: string;
  readonly instance: unknown;
}

/**
 * Keeps them. The library forgets a connection that has failed or whose client is still asking, and leaves its socket open when the
 * client is closed: a broker that held its connections kept our process alive for ever. It tells of each one that it makes.
 */
export function keepClients(): KafkaClients {
  const clients = new Map<number, Client>();
  const connections = new Set<Connection>();
  const onCreated = (created: unknown) => {
    const { type, instance } = created as Created;
    if (type !== 'connection') return;
    const connection = instance as Connection;
    if (connection.ownerId === undefined || !clients.has(connection.ownerId)) return;
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  };
  subscribe(instancesChannel.name, onCreated);
  const end = async (client: Client) => {
    const closing = client.close();
    // `socket` is undefined before it connects.
    for (const connection of connections)
      if (connection.ownerId === client.instanceId) (connection.socket as Socket | undefined)?.destroy();
    await closing.finally(() => clients.delete(client.instanceId));
  };
  return {
    end,
    own: (client) => {
      clients.set(client.instanceId, client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      // All at once: none waits for a broker that does not answer another one.
      await Promise.allSettled([...clients.values()].map(end));
      unsubscribe(instancesChannel.name, onCreated);
    },
  };
}

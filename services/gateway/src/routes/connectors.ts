import { nothingHere, passOn, type Runtime } from '@trunkline/runtime';
import { rendezvous } from '../domain/rendezvous.ts';

/** Addresses of the instances of each connector. */
export type ConnectorAddresses = ReadonlyMap<string, readonly string[]>;

/**
 * The door for messengers and widgets: bytes go to the connector untouched, nothing is kept here. A channel's hook calls go
 * to one instance as long as it lives; the instances of a connector with a door of its own share a stored log, so any serves.
 */
export async function passToConnectors(http: Runtime<unknown>['http'], connectors: ConnectorAddresses): Promise<void> {
  await passOn(http, {
    prefix: '/hooks',
    upstreamOf: (path) => {
      const [, , connector = '', channelId = ''] = path.split('/');
      return instanceFor(connectors.get(connector) ?? [], channelId);
    },
  });
  await passOn(http, {
    prefix: '/widget',
    withSockets: true,
    upstreamOf: () => instanceFor(connectors.get('webchat') ?? [], String(Math.random())),
  });
}

function instanceFor(instances: readonly string[], key: string): string {
  const instance = rendezvous(key, instances);
  if (instance === undefined) throw nothingHere();
  return instance;
}

import { nothingHere, passOn, passWhole, type Runtime } from '@trunkline/runtime';
import type { Instances } from '../domain/instances.ts';

/**
 * The door for messengers and widgets: bytes go to the connector untouched, nothing is kept here. A channel's hook calls go
 * to one instance as long as it answers; the instances of a connector with a door of its own share a stored log, so any
 * serves.
 */
export async function passToConnectors(http: Runtime<unknown>['http'], instances: Instances): Promise<void> {
  const instanceFor = (connector: string, key: string) => {
    const instance = instances.of(connector, key);
    if (instance === undefined) throw nothingHere();
    return instance;
  };
  const onSilent = instances.rest;
  passWhole(http, {
    prefix: '/hooks',
    onSilent,
    upstreamOf: (path) => {
      const [, , connector = '', channelId = ''] = path.split('/');
      return instanceFor(connector, channelId);
    },
  });
  await passOn(http, {
    prefix: '/widget',
    onSilent,
    withSockets: true,
    upstreamOf: () => instanceFor('webchat', String(Math.random())),
  });
}

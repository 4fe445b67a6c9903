import { type ObjectRights, rightsOf, type StreamRights } from '../rights.ts';
import { bucketStream, buckets, objectStream } from '../streams.ts';

/** What a NATS user may publish and subscribe to; whatever is absent is refused by the server. */
export interface NatsPermissions {
  readonly publish: { readonly allow: readonly string[] };
  readonly subscribe: { readonly allow: readonly string[] };
}

/** Prefix of a service's own inboxes: without it every user could read every answer. Pure. */
export function inboxPrefix(service: string): string {
  return `_INBOX_${service}`;
}

/** The permissions of a service's NATS user, from the table of rights. `connectors`: those installed. Pure. */
export function natsPermissions(service: string, connectors: readonly string[]): NatsPermissions {
  const rights = rightsOf(service, connectors);
  const directory = bucketStream(buckets.directory);
  const owners = bucketStream(buckets.owners);
  const leases = `$KV.${buckets.owners}.${service}.>`;
  const allowed = [
    '$JS.API.INFO',
    ...(rights.publishes ?? []),
    ...(rights.streams ?? []).flatMap(streamSubjects),
    ...(rights.directory ?? []).flatMap((key) => watchSubjects(directory, `$KV.${buckets.directory}.${key}`)),
    ...(rights.leases === true ? [leases, `$JS.API.STREAM.MSG.GET.${owners}`, ...watchSubjects(owners, leases)] : []),
    ...(rights.objects ?? []).flatMap(objectSubjects),
  ];
  return {
    publish: { allow: [...new Set(allowed)] },
    subscribe: { allow: [`${inboxPrefix(service)}.>`, ...(rights.listens ?? [])] },
  };
}

function streamSubjects({ stream, feed, leader, direct, purge }: StreamRights): string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    // Without a name: how the client asks for a feed of several subjects.
    ...(feed === true
      ? [`$JS.API.CONSUMER.CREATE.${stream}`, `$JS.API.CONSUMER.CREATE.${stream}.>`, ...consumerSubjects(stream)]
      : []),
    ...(leader === true ? [`$JS.API.STREAM.MSG.GET.${stream}`] : []),
    ...(direct === true ? [`$JS.API.DIRECT.GET.${stream}`] : []),
    ...(purge === true ? [`$JS.API.STREAM.PURGE.${stream}`] : []),
  ];
}

/** Consumers are ephemeral and have random names, so nobody can name another's. */
function consumerSubjects(stream: string): string[] {
  return [
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.FC.${stream}.>`,
  ];
}

/** `<stream>.<consumer>.<filter>`: the server checks that the filter is the one of the request, so a watch keeps to its part. */
function watchSubjects(stream: string, filter: string): string[] {
  return [`$JS.API.CONSUMER.CREATE.${stream}.*.${filter}`, ...consumerSubjects(stream)];
}

function objectSubjects({ store, write, remove }: ObjectRights): string[] {
  const stream = objectStream(store);
  return [
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    ...(write === true ? [`$O.${store}.C.>`] : []),
    ...(write === true || remove === true ? [`$O.${store}.M.>`] : []),
    ...(remove === true ? [`$JS.API.STREAM.PURGE.${stream}`] : []),
  ];
}

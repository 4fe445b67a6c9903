import {
  coreServices,
  directoryKeys,
  messageStreams,
  objectStores,
  type ServiceRights,
  type StreamRights,
  streams,
  subjects,
} from '@trunkline/contracts';

/** Connectors that are installed where rights are tried. */
export const connectors = ['telegram', 'viber'];
/** Every service there. */
export const services: readonly string[] = [...coreServices, ...connectors];

/** One thing that a user may try, and whether the table lets it. */
export interface Probe {
  readonly subject: string;
  readonly payload?: string;
  readonly allowed: (rights: ServiceRights, service: string) => boolean;
}

const publishing = [
  ...[subjects.ingress(0), subjects.due(0), subjects.timer(0, 't1'), subjects.outbox(0, 'p1')],
  ...[subjects.outboxPosition(0), subjects.deliveries(0), 'foreign'],
  ...['normalizer', 'routing'].map((stage) => subjects.facts(0, stage)),
  ...connectors.flatMap((name) => [
    ...[subjects.egress(name, 0, 'c1'), subjects.egressFiles(name, 0, 'c1'), subjects.egressPosition(name, 0)],
    ...[subjects.sends(name, 0), subjects.hint(name, 'c1', 'new'), kv(directoryKeys.channel(name, 'c1'))],
    kv(directoryKeys.connector(name)),
  ]),
  ...[directoryKeys.tenant('t1'), directoryKeys.portal('p1'), directoryKeys.apiKey('h1'), directoryKeys.room()].map(kv),
  ...[directoryKeys.tenantRoom('t1'), directoryKeys.laneRoom(0)].map(kv),
  ...services.map((service) => subjects.cursor(`${service}.sink`, 0)),
].map(
  (subject): Probe => ({
    subject,
    allowed: ({ publishes = [] }) => publishes.some((pattern) => matches(pattern, subject)),
  }),
);

const leases = services.map(
  (owner): Probe => ({
    subject: `$KV.owners.${owner}.0`,
    allowed: ({ leases: has }, service) => has === true && owner === service,
  }),
);

const everyStream = [
  ...messageStreams(connectors),
  ...[streams.timers, streams.cursors, 'KV_directory', 'KV_owners', 'OBJ_files', 'OBJ_bodies', 'OBJ_overflow'],
];

const reading = everyStream.flatMap((stream): Probe[] => {
  const inTable = (action: keyof StreamRights) => (rights: ServiceRights) =>
    (rights.streams ?? []).some((one) => one.stream === stream && one[action] === true);
  const readsByConsumer = (rights: ServiceRights) => {
    const watches = stream === 'KV_directory' && (rights.directory ?? []).length > 0;
    return inTable('feed')(rights) || watches || (stream === 'KV_owners' && rights.leases === true);
  };
  const isObjectsOf = ({ objects = [] }: ServiceRights) => objects.some(({ store }) => stream === `OBJ_${store}`);
  return [
    { subject: `$JS.API.CONSUMER.CREATE.${stream}`, allowed: inTable('feed') },
    { subject: `$JS.API.CONSUMER.CREATE.${stream}.feed_1`, allowed: inTable('feed') },
    { subject: `$JS.API.CONSUMER.CREATE.${stream}.feed_1.>`, allowed: inTable('feed') },
    {
      subject: `$JS.API.STREAM.MSG.GET.${stream}`,
      payload: JSON.stringify({ last_by_subj: 'none' }),
      allowed: (rights) => {
        const isLeases = stream === 'KV_owners' && rights.leases === true;
        return inTable('leader')(rights) || isLeases || isObjectsOf(rights);
      },
    },
    {
      subject: `$JS.API.DIRECT.GET.${stream}`,
      payload: JSON.stringify({ last_by_subj: 'none' }),
      allowed: (rights) => inTable('direct')(rights) || isObjectsOf(rights),
    },
    {
      subject: `$JS.API.STREAM.PURGE.${stream}`,
      payload: JSON.stringify({ filter: 'none' }),
      allowed: (rights) => {
        const mayRemove = (rights.objects ?? []).some(
          ({ store, remove }) => remove === true && stream === `OBJ_${store}`,
        );
        return inTable('purge')(rights) || mayRemove;
      },
    },
    {
      subject: `$JS.API.STREAM.INFO.${stream}`,
      allowed: ({ streams: own = [] }) => own.some((one) => one.stream === stream),
    },
    ...['MSG.NEXT', 'INFO', 'DELETE'].map((action) => ({
      subject: `$JS.API.CONSUMER.${action}.${stream}.feed_1`,
      allowed: readsByConsumer,
    })),
    ...[
      ...['CREATE', 'UPDATE', 'DELETE', 'MSG.DELETE', 'SNAPSHOT'].map((action) => `STREAM.${action}.${stream}`),
      ...[`CONSUMER.DURABLE.CREATE.${stream}.d`, `CONSUMER.NAMES.${stream}`, `CONSUMER.LIST.${stream}`],
      `DIRECT.GET.${stream}.any.subject`,
    ].map((call) => ({ subject: `$JS.API.${call}`, allowed: () => false })),
  ];
});

/** What concerns the whole bus is for infra alone. */
const everything = ['STREAM.NAMES', 'STREAM.LIST', 'ACCOUNT.PURGE.$G', 'SERVER.REMOVE'].map(
  (call): Probe => ({ subject: `$JS.API.${call}`, allowed: () => false }),
);

const watchedKeys = [
  ...[
    directoryKeys.tenant('*'),
    directoryKeys.portal('*'),
    directoryKeys.channel('*', '*'),
    directoryKeys.connector('*'),
  ],
  ...connectors.flatMap((name) => [directoryKeys.channel(name, '*'), directoryKeys.connector(name)]),
  ...[directoryKeys.apiKey('*'), directoryKeys.room(), directoryKeys.tenantRoom('*'), directoryKeys.allRoom(), '>'],
];
const watching = [
  ...watchedKeys.map(
    (key): Probe => ({
      subject: `$JS.API.CONSUMER.CREATE.KV_directory.watch_1.${kv(key)}`,
      allowed: ({ directory = [] }) => directory.some((filter) => matches(filter, key)),
    }),
  ),
  ...services.map(
    (owner): Probe => ({
      subject: `$JS.API.CONSUMER.CREATE.KV_owners.watch_1.$KV.owners.${owner}.>`,
      allowed: ({ leases: has }, service) => has === true && owner === service,
    }),
  ),
];

const objects = Object.values(objectStores).flatMap((store): Probe[] => {
  const may =
    (...actions: readonly ('write' | 'remove')[]) =>
    (rights: ServiceRights) =>
      (rights.objects ?? []).some((one) => one.store === store && actions.some((action) => one[action] === true));
  return [
    { subject: `$O.${store}.C.nuid`, allowed: may('write') },
    { subject: `$O.${store}.M.name`, allowed: may('write', 'remove') },
  ];
});

/** Every cell of the bus. */
export const probes: readonly Probe[] = [...publishing, ...leases, ...reading, ...everything, ...watching, ...objects];

/** Does a pattern cover a subject, or another pattern? */
function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split('.'), subject.split('.')];
  for (const [at, token] of wanted.entries()) {
    if (token === '>') return given.length > at;
    if (given[at] === undefined || given[at] === '>') return false;
    if (token !== '*' && token !== given[at]) return false;
  }
  return wanted.length === given.length;
}

/** Subject of a key of the directory. Pure. */
export function kv(key: string): string {
  return `$KV.directory.${key}`;
}

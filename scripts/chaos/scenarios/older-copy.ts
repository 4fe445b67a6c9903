import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { laneOf } from '../../../packages/contracts/src/index.ts';
import type { Field } from '../../load/field.ts';
import type { FleetPortal } from '../../load/fleet.ts';
import { behave, endAll, namesTold, type Scenario, startAll, untilSo, write } from './scenario.ts';

/**
 * The store of NATS is restored from an older copy, and MongoDB is not. The lanes must stop with an alarm, also after all services
 * were started anew; what the copy held is delivered, and nothing that contradicts what portals know. Then a person does what the
 * alarm's remedy says: the store of MongoDB's own moment comes back, and nothing is lost.
 */
export const olderCopy: Scenario = {
  name: 'older-copy',
  run: async (field, { seconds, perSecond, late, tell }) => {
    await behave(field, late, 'failing');
    const before = await write(field, perSecond, Math.ceil(seconds / 2));
    await untilOnlyMiss(field, late);
    tell(`NATS is stopped and its store copied; ${namesTold(late)} are down, what was written to them waits there`);
    const held = await field.sender.ask('written', null);
    const stores = storesOf(field);
    await swap(field, () => cp(stores.now, stores.older, { recursive: true }));
    const after = await write(field, perSecond, Math.ceil(seconds / 2));
    await untilOnlyMiss(field, late);

    tell('the older copy takes the place of the store, under running services');
    await swap(field, async () => {
      await rename(stores.now, stores.newer);
      await rename(stores.older, stores.now);
    });
    const lanes = new Set(field.portals.map(({ tenantId }) => laneOf(tenantId)));
    await untilAlarmed(field, lanes, tell);
    tell('all services are started anew on it');
    await endAll(field, 'stop');
    await startAll(field);
    await untilAlarmed(field, lanes, tell);
    await behave(field, late, null);
    for (const { name } of late) {
      const count = held[name] ?? 0;
      await untilSo(`${name} has what the copy held for it`, async () => {
        const missing = (await field.verdict())?.missing.find(({ portal }) => portal === name);
        return missing === undefined || missing.firstLost > count;
      });
      tell(`the ${count} messages to ${name} that the copy held have come; nothing newer has`);
    }

    tell('the remedy: services stopped, the store of MongoDB’s moment put back, services started');
    await endAll(field, 'stop');
    await swap(field, async () => {
      await rename(stores.now, stores.older);
      await rename(stores.newer, stores.now);
    });
    await startAll(field);
    return { ...after, sent: before.sent + after.sent, putOff: before.putOff + after.putOff };
  },
};

function storesOf({ installation }: Field) {
  const now = join(installation.dataFolder, 'nats', 'jetstream');
  return { now, older: `${now}-older`, newer: `${now}-newer` };
}

/** Does something with the store while NATS is down. */
async function swap({ installation: { servers } }: Field, work: () => Promise<void>): Promise<void> {
  await servers.kill('nats');
  await work();
  await servers.restart('nats');
}

async function untilOnlyMiss(field: Field, late: readonly FleetPortal[]): Promise<void> {
  const names = new Set(late.map(({ name }) => name));
  await untilSo(`nobody but ${namesTold(late)} misses messages`, async () => {
    const { missing = [] } = (await field.verdict()) ?? {};
    return missing.every(({ portal }) => names.has(portal));
  });
}

/** Every lane that was written in has stopped at the normalizer, who decides: from there on nothing new is said. */
async function untilAlarmed(field: Field, lanes: ReadonlySet<number>, tell: (what: string) => void): Promise<void> {
  let alarms = new Map<string, string>();
  await untilSo(`lanes ${[...lanes].join()} stopped with an alarm`, async () => {
    alarms = await alarmsOf(field);
    return [...lanes].every((lane) => alarms.has(`normalizer lane ${lane} of normalizer`));
  });
  const [first = ''] = alarms.values();
  const services = Map.groupBy(alarms.keys(), (key) => key.split(' ')[0]);
  const counts = [...services].map(([service, found]) => `${service} ${found.length}`);
  tell(`lanes that stopped until a person looks: ${counts.join(', ')}; “${first}”`);
}

/** What instances say under /readyz of lanes that stopped, by service and lane. */
async function alarmsOf({ installation }: Field): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of installation.names) {
    const url = installation.metricsUrl(name).replace(/metrics$/, 'readyz');
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    const { reasons = {} } = ((await answer?.json()) ?? {}) as { reasons?: Record<string, string> };
    for (const [part, reason] of Object.entries(reasons))
      if (/^(stream_lost|forked): /.test(reason)) found.set(`${name.replace(/-\d+$/, '')} ${part}`, reason);
  }
  return found;
}

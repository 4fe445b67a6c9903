import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { streams } from '../../../packages/contracts/src/index.ts';
import { connectBus } from '../../../packages/runtime/src/index.ts';
import type { Field } from '../../load/field.ts';
import type { FleetPortal } from '../../load/fleet.ts';
import type { Verdict } from '../../load/judge/main.ts';
import { apiOf } from '../../up/api.ts';
import { behave, endAll, namesTold, type Scenario, startAll, untilSo, write } from './scenario.ts';

const daysMs = 4 * 24 * 60 * 60 * 1_000;
const cleared = [streams.ingress, streams.facts] as const;

/**
 * Everything is killed while messages are written, and comes back four days later. Time passes by clocks: the janitor's, to whom all
 * that was read is old and goes, and delivery's, to whom what waited for a portal has expired. (NATS keeps its own clock, so these two
 * look alone, one after the other, before anybody works again: to the others nothing would ever be young. Delivery, which gives up
 * nothing while its clock is not that of NATS, is told the later time by it.) Whatever was accepted
 * comes, in order, or its portal is told that it expired.
 */
export const fourDays: Scenario = {
  name: 'four-days',
  run: async (field, { seconds, perSecond, late, once, tell }) => {
    const { installation, judge, portals } = field;
    const { servers } = installation;
    await behave(field, late, 'failing');
    await judge.ask('expectNotices', { names: portals.map(({ name }) => name), kinds: ['expired'] });
    const sending = write(field, perSecond, seconds);
    await pause((seconds * 1_000) / 2);
    tell(`kill -9 of every service and server; ${namesTold(late)} were down before`);
    await Promise.all([
      endAll(field, 'kill'),
      ...(['nats', 'mongo', 'kafka'] as const).map((name) => servers.kill(name)),
    ]);
    await Promise.all((['nats', 'mongo', 'kafka'] as const).map((name) => servers.restart(name)));

    const unsent = unsentOf(await field.verdict());
    const before = await countsOf(field);
    await installation.start('janitor-1', daysMs);
    await untilSo('the janitor clears what was read', async () => {
      const now = await countsOf(field);
      return cleared.every((stream) => (now[stream] ?? 0) < (before[stream] ?? 0));
    });
    await installation.stop('janitor-1');
    const left = await countsOf(field);
    tell(
      `four days later: ${cleared.map((name) => `of ${name} ${left[name]} messages of ${before[name]} are left`).join(', ')}`,
    );

    // Whatever delivery would send now is signed four days ahead: nobody takes it.
    await behave(field, portals, 'failing');
    await Promise.all([installation.start('gateway-1'), installation.start('delivery-1', daysMs, daysMs)]);
    // All of them, not only the late: what is kept as expired when the clock goes back before its cursor has moved would come all the same.
    for (const portal of late)
      tell(`${await untilNothingWaits(field, portal, 1)} events that waited for ${portal.name} have expired`);
    for (const portal of portals) await untilNothingWaits(field, portal, 0);
    await Promise.all([installation.stop('delivery-1'), installation.stop('gateway-1')]);

    tell('everything is on again');
    await behave(field, portals, null);
    await startAll(field);
    const lateNames = new Set(late.map(({ name }) => name));
    const bounded = new Map([...unsent].filter(([name]) => !lateNames.has(name) && !once.includes(name)));
    return { ...(await sending), check: (verdict) => excusedTooMuch(verdict, bounded) };
  },
};

/** What had been written to each portal when everything was killed, and had not come to it. */
function unsentOf(verdict: Verdict | undefined): ReadonlyMap<string, number> {
  return new Map(Object.entries(verdict?.byPortal ?? {}).map(([name, { lost, told }]) => [name, lost + told]));
}

/** Nothing may expire but what waited when everything was killed, and most of what was written is there. Pure. */
export function excusedTooMuch(verdict: Verdict, unsent: ReadonlyMap<string, number>): readonly string[] {
  const found = [...unsent].flatMap(([name, waited]) => {
    const told = verdict.byPortal[name]?.told ?? 0;
    return told > waited ? [`${told} messages to ${name} are told to have expired, ${waited} waited`] : [];
  });
  const { received, told, lost } = verdict;
  if (received < told + lost) found.push(`only ${received} of ${received + told + lost} messages came`);
  return found;
}

/** Waits until nothing of a portal waits any more, and so much of it at least has expired; gives how much. */
async function untilNothingWaits(
  { installation }: Field,
  { id, name }: FleetPortal,
  expiredAtLeast: number,
): Promise<number> {
  const api = apiOf(installation.gatewayUrl, installation.administratorKey);
  let expired = 0;
  await untilSo(`what waited for ${name} has expired`, async () => {
    type Backlog = { waiting?: string; expired?: string };
    const backlog = await api<Backlog>('DeliveryService/GetBacklog', { portalId: id }).catch(() => undefined);
    expired = Number(backlog?.expired ?? 0);
    return backlog !== undefined && expired >= expiredAtLeast && Number(backlog.waiting ?? 0) === 0;
  });
  return expired;
}

/** Messages in the streams that are cleared. */
async function countsOf({ installation }: Field): Promise<Readonly<Record<string, number>>> {
  const signal = AbortSignal.timeout(30_000);
  await using nats = await connectBus({ url: installation.natsUrl, service: 'chaos', instance: 'chaos', signal });
  const { streams: admin } = await jetstreamManager(nats, { timeout: 5_000 });
  const counts = cleared.map(async (name) => [name, (await admin.info(name)).state.messages] as const);
  return Object.fromEntries(await Promise.all(counts));
}

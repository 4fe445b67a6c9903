import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from '../../load/field.ts';
import type { Verdict } from '../../load/judge/main.ts';
import { apiOf } from '../../up/api.ts';
import { sendKept } from './kept.ts';
import { type BacklogSeen, createPatience } from './patience.ts';

/** How it is when everything was mended and had its time. */
export interface Settled {
  /** Undefined where another judges. */
  readonly verdict: Verdict | undefined;
  /** What delivery says of portals that is not as it must be, in words. */
  readonly found: readonly string[];
}

/** What settling needs to know. */
export interface Settling {
  readonly say: (what: string) => void;
  /** Ids of portals that said that they are switched off. */
  readonly gone: ReadonlySet<string>;
}

const healLimitMs = 240_000;
const everyMs = 1_000;
/** Longer than a lease lives: whatever is still under way comes within it, also a second time. */
const calmMs = 7_000;
const looksInARow = 3;

/**
 * Waits until everything has come and nothing waits, and then some seconds more, in which something may come that must not. Of
 * portals only those are tried at once whose next attempt is due later: no other is touched, so that one that forgot a message, or
 * to wake up, stays as it is; and those are resumed that are paused because they said that they are switched off.
 */
export async function settle(field: Field, { say, gone }: Settling): Promise<Settled> {
  const api = apiOf(field.installation.gatewayUrl, field.installation.administratorKey);
  const patience = createPatience();
  const endsAt = performance.now() + healLimitMs;
  let inARow = 0;
  while (inARow < looksInARow && performance.now() < endsAt) {
    const backlogs = await backlogsOf(field);
    let waiting = backlogs.size < field.portals.length ? 1 : 0;
    for (const { name, id } of field.portals) {
      const backlog = backlogs.get(name);
      const isOff = gone.has(id) && backlog?.pauseReason?.startsWith('portal_gone') === true;
      const seen = backlog === undefined || isOff ? 'waits' : patience.look(name, backlog, Date.now());
      if (seen !== 'empty') waiting += 1;
      if (seen === 'may be hurried' || isOff) await api('DeliveryService/Resume', { portalId: id }).catch(() => {});
    }
    const isComplete = waiting === 0 && ((await field.verdict())?.lost ?? 0) === 0;
    inARow = isComplete ? inARow + 1 : 0;
    await pause(everyMs);
  }
  say('everything has come: looking whether more comes');
  await pause(calmMs);
  const backlogs = await backlogsOf(field);
  const waiting = field.portals.flatMap((portal) => stillWaits(portal.name, backlogs.get(portal.name)));
  const told = (await field.verdict())?.told ?? 0;
  const kept = told > 0 ? await sendKept(field, say) : [];
  const verdict = await field.verdict('replays');
  return { verdict, found: [...patience.found, ...waiting, ...kept, ...headsMissed(verdict, backlogs)] };
}

async function backlogsOf({ installation, portals }: Field): Promise<ReadonlyMap<string, BacklogSeen>> {
  const api = apiOf(installation.gatewayUrl, installation.administratorKey);
  const found = new Map<string, BacklogSeen>();
  const ask = async ({ id, name }: (typeof portals)[number]) => {
    // Something may still be starting.
    const backlog = await api<BacklogSeen>('DeliveryService/GetBacklog', { portalId: id }).catch(() => undefined);
    if (backlog !== undefined) found.set(name, backlog);
  };
  await Promise.all(portals.map(ask));
  return found;
}

function stillWaits(name: string, backlog: BacklogSeen | undefined): string[] {
  if (backlog === undefined) return [`nobody says what waits for ${name}`];
  const { waiting = '0', pauseReason = '' } = backlog;
  if (waiting === '0' && pauseReason === '') return [];
  return [`${waiting} events still wait for ${name}: ${JSON.stringify(backlog)}`];
}

/** What delivery calls done, and never came: events of any kind, not messages alone. */
function headsMissed(verdict: Verdict | undefined, backlogs: ReadonlyMap<string, BacklogSeen>): string[] {
  return Object.entries(verdict?.byPortal ?? {}).flatMap(([name, { lastSequence }]) => {
    const head = Number(backlogs.get(name)?.headSequence ?? lastSequence);
    return head === lastSequence
      ? []
      : [`the last sequence of ${name} is ${head}, the last that came is ${lastSequence}`];
  });
}

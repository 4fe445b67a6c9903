import { modeOf, queueLine } from '../follow/backlog.ts';
import { type Balance, channelBalance, portalBalance } from './balances.ts';
import type { SeenInstance } from './instances.ts';
import { sumOf } from './metrics-text.ts';
import type { Seen } from './seen.ts';
import { troubles, usualLagMs, waitingPortals } from './troubles.ts';

/** One screen of lines: first what a person must look at, then how everything is. Pure. */
export function screen(seen: Seen): string[] {
  const wrong = troubles(seen);
  return [
    ...(wrong.length === 0 ? ['All is well.'] : ['Look here', ...wrong.map((text) => `  ! ${text}`)]),
    '',
    'Services',
    ...instanceLines(seen.instances),
    '',
    'Lanes (number of the instance that owns each)',
    ...laneLines(seen.lanes),
    ...lagLines(seen.lags),
    '',
    'Portals',
    ...portalLines(seen.backlogs, seen.nowMs),
    '',
    'Balances',
    `  channels  ${shown(channelBalance(seen.instances))}`,
    ...(typeof seen.backlogs === 'string' ? [] : [`  portals   ${shown(portalBalance(seen.backlogs))}`]),
  ];
}

function instanceLines(instances: readonly SeenInstance[]): string[] {
  return instances.map(({ name, state, reasons, samples }) => {
    const owned = sumOf(samples, 'trunkline_lanes_owned');
    const lanes = owned === 0 ? '' : `${owned} lanes`;
    return `  ${name.padEnd(16)} ${state.padEnd(16)} ${lanes.padEnd(8)} ${reasons.join('; ')}`.trimEnd();
  });
}

/** An instance's number, or in containers the beginning of the container's id. */
function laneLines(lanes: Seen['lanes']): string[] {
  if (typeof lanes === 'string') return [`  ${lanes}`];
  const head = `  ${'lane'.padEnd(16)}${(lanes[0]?.owners ?? []).map((_, lane) => String(lane).padStart(5)).join('')}`;
  const rows = lanes
    .filter(({ owners }) => owners.some((owner) => owner !== ''))
    .map(
      ({ service, owners }) =>
        `  ${service.padEnd(16)}${owners.map((owner) => (owner || '-').slice(0, 4).padStart(5)).join('')}`,
    );
  return [head, ...rows];
}

function lagLines(lags: Seen['lags']): string[] {
  if (typeof lags === 'string') return [];
  const slow = lags.filter(({ lagMs }) => lagMs > usualLagMs);
  if (slow.length === 0) return ['  lag: none; every reader has read everything'];
  const lines = slow.map(({ lane, slowest, lagMs }) => {
    return `  lag: lane ${lane}, ${slowest}: the oldest unread message is ${Math.round(lagMs / 1_000)} s old`;
  });
  return [
    ...lines,
    '  (the normalizer says how far it is with its next fact, a queue when its slowest destination moves)',
  ];
}

const mostPortals = 10;

function portalLines(backlogs: Seen['backlogs'], nowMs: number): string[] {
  if (typeof backlogs === 'string') return [`  ${backlogs}`];
  if (backlogs.length === 0) return ['  none has a stream yet'];
  const counts = ['live', 'drain', 'paused'].map((mode) => {
    return `${backlogs.filter((backlog) => modeOf(backlog) === mode).length} ${mode}`;
  });
  const waiting = waitingPortals(backlogs);
  const rows = waiting.slice(0, mostPortals).map((backlog) => `  ${queueLine(backlog, nowMs)}`);
  const more = waiting.length > mostPortals ? [`  and ${waiting.length - mostPortals} more`] : [];
  return [`  ${counts.join(', ')}`, ...rows, ...more];
}

function shown({ text, isEven }: Balance): string {
  return `${isEven ? 'even      ' : 'NOT EVEN  '}${text}`;
}

import { count, duration, nameOf, things, wrongOf } from './words.js';

const laneCount = 8;
/** An owner tells of its lane every two seconds. */
const silentMs = 10_000;
/** From here on somebody must do something today. */
const nearExpiry = 0.8;

/** What a person must look at, worst first, each with how bad it is. Empty: all is well. */
export function troublesOf(overview, now) {
  return [...laneTroubles(overview.lanes ?? [], now), ...portalTroubles(overview, now)];
}

export const isSilent = ({ at }, now) => now - Date.parse(at) > silentMs;

function laneTroubles(lanes, now) {
  const known = new Set(lanes.map(({ lane = 0 }) => lane));
  const free = Array.from({ length: laneCount }, (_, lane) => lane).filter((lane) => !known.has(lane));
  const silent = lanes.filter((lane) => isSilent(lane, now));
  const told = [];
  if (free.length > 0)
    told.push({ isBad: true, text: `Nobody has ever worked ${lanesNamed(free)}: is delivery running?` });
  if (silent.length > 0) {
    const oldest = Math.max(...silent.map(({ at }) => now - Date.parse(at)));
    const portals = silent.reduce((sum, lane) => sum + (lane.portals ?? 0), 0);
    const [it, its] = silent.length === 1 ? ['it', 'its'] : ['them', 'their'];
    const text = `${lanesNamed(silent.map(({ lane = 0 }) => lane))} not heard of for ${duration(oldest)}: ${things(portals, 'portal')} may get nothing. Nobody owns ${it}, ${its} owner cannot reach MongoDB, or ${its} owner’s clock is wrong.`;
    told.push({ isBad: true, text: text.replace(/^l/, 'L') });
  }
  return told;
}

const lanesNamed = (lanes) => `lane${lanes.length === 1 ? '' : 's'} ${lanes.join(', ')}`;

function portalTroubles({ portals = [], unwell = 0, modes = [] }, now) {
  const gaps = portals.filter(({ pauseReason = '' }) => pauseReason.startsWith('gap: '));
  const told = gaps.map((portal) => ({
    isBad: true,
    portal,
    text: `${nameOf(portal)} is paused because events before its next one are missing: this may be a loss.`,
  }));
  const [worst] = portals.filter((portal) => !gaps.includes(portal));
  if (worst) told.push(worstOf(worst, now));
  const others = unwell - gaps.length - (worst ? 1 : 0);
  const paused = Number(modes.find(({ mode }) => mode === 'PORTAL_MODE_PAUSED')?.portals ?? 0);
  const among = paused > 0 && others > 0 ? `, ${count(Math.min(paused, others))} of them paused` : '';
  if (others > 0)
    told.push({ isBad: false, text: `${things(others, 'more portal')} to look at${among}: see the list.` });
  return told;
}

function worstOf(portal, now) {
  const { waiting = 0, oldestAt, expiring = 0, mode } = portal;
  const waits =
    Number(waiting) > 0
      ? `${things(waiting, 'event')} wait${oldestAt ? `, the oldest for ${duration(now - Date.parse(oldestAt))}` : ''}`
      : 'nothing waits';
  const soon = expiring >= nearExpiry ? ' Its oldest events expire soon.' : '';
  const is = mode === 'PORTAL_MODE_PAUSED' ? 'is paused' : 'is behind';
  const why = wrongOf(portal);
  return {
    isBad: expiring >= nearExpiry,
    portal,
    text: `${nameOf(portal)} ${is}${why ? ` (${why})` : ''}: ${waits}.${soon}`,
  };
}

/** A count with its thousands apart. */
export const count = (value) => Number(value ?? 0).toLocaleString('en');

/** A number of things: "1 event", "1,240 events". */
export const things = (value, name) => `${count(value)} ${name}${Number(value) === 1 ? '' : 's'}`;

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** A length of time in its two largest units: "3 h 5 min". */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const at = units.findIndex(([, size]) => seconds >= size);
  if (at === -1) return '0 s';
  const [[unit, size], [small, smallSize] = []] = units.slice(at);
  const rest = smallSize === undefined ? 0 : Math.floor((seconds % size) / smallSize);
  return `${Math.floor(seconds / size)} ${unit}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** How long ago; undefined where there is no time. */
export const age = (time, now) => (time ? duration(now - Date.parse(time)) : undefined);

/** When something is due. */
export function due(time, now) {
  const ms = Date.parse(time) - now;
  return ms < 1_000 ? 'now' : `in ${duration(ms)}`;
}

export const modes = {
  PORTAL_MODE_LIVE: { word: 'live', says: 'Events go out as they come.' },
  PORTAL_MODE_DRAIN: { word: 'behind', says: 'Events wait and are sent in order.' },
  PORTAL_MODE_PAUSED: { word: 'paused', says: 'Nothing is sent until somebody says so.' },
  PORTAL_MODE_PULL: { word: 'fetching', says: 'They fetch their events themselves.' },
};

/** What is wrong with a portal, in one line. */
export function wrongOf({ mode, pauseReason, lastErrorText, lastError, waiting, isOfTenant }) {
  if (pauseReason) return pauseReason;
  if (lastErrorText || lastError) return lastErrorText || lastError;
  // In the list of a tenant stand those too that are well.
  if (isOfTenant && (mode === 'PORTAL_MODE_LIVE' || Number(waiting ?? 0) === 0)) return '';
  if (mode === 'PORTAL_MODE_PULL') return 'its consumer does not keep up';
  if (mode === 'PORTAL_MODE_LIVE') return 'delivery itself is late';
  return Number(waiting ?? 0) > 0 ? 'it takes events, and is not through yet' : '';
}

export const nameOf = ({ name, portalId }) => name || `portal ${portalId}`;

import { count } from './words.js';

const size = { width: 600, height: 120 };
const spanMs = 15 * 60_000;
const stepMs = 10_000;

const shape = (name, attributes) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
};
const xOf = (at, now) => size.width * (1 - (now - at) / spanMs);

/** Draws what waited over time as an area. */
export function drawWaiting(svg, samples, now) {
  const points = samples.map(({ at, waiting }) => [xOf(Date.parse(at), now), Number(waiting ?? 0)]);
  const most = Math.max(1, ...points.map(([, value]) => value));
  const y = (value) => size.height - 2 - (value / most) * (size.height - 12);
  const path = points
    .map(([x, value], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  const [first] = points;
  const last = points.at(-1);
  const area =
    first && last ? `${path}L${last[0].toFixed(1)} ${size.height}L${first[0].toFixed(1)} ${size.height}Z` : '';
  const drawn = first ? [shape('path', { class: 'area', d: area }), shape('path', { class: 'stroke', d: path })] : [];
  svg.replaceChildren(...drawn);
  const peak = Math.max(0, ...points.map(([, value]) => value));
  return {
    now: last?.[1] ?? 0,
    peak,
    label: `${count(last?.[1])} events wait now; at most ${count(peak)} in the last 15 minutes`,
  };
}

/** Draws requests as bars: what was taken, and above it what was not. */
export function drawAttempts(svg, samples, now) {
  const sums = samples.map(({ at, accepted = 0, failed = 0 }) => ({ x: xOf(Date.parse(at), now), accepted, failed }));
  const most = Math.max(1, ...sums.map(({ accepted, failed }) => accepted + failed));
  const width = (size.width * stepMs) / spanMs - 1;
  const bar = (name, x, from, value) => {
    const height = (value / most) * (size.height - 8);
    return shape('rect', { class: name, x: (x - width).toFixed(1), width, y: size.height - from - height, height });
  };
  const bars = sums.flatMap(({ x, accepted, failed }) => {
    const good = accepted > 0 ? [bar('good', x, 0, accepted)] : [];
    return failed > 0 ? [...good, bar('bad', x, (accepted / most) * (size.height - 8), failed)] : good;
  });
  svg.replaceChildren(...bars);
  const total = (field) => sums.reduce((sum, each) => sum + each[field], 0);
  const [accepted, failed] = [total('accepted'), total('failed')];
  return {
    accepted,
    failed,
    label: `${count(accepted)} requests taken and ${count(failed)} not, in the last 15 minutes`,
  };
}

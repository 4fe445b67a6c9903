import { byId, element } from './element.js';
import { setText } from './rows.js';
import { age, count, duration } from './words.js';

const everyMs = 10_000;
const halfHourMs = 30 * 60_000;
const slots = 48;
const state = { answeredAt: 0, drawn: '' };

const words = {
  PORTAL_STATE_WELL: ['Messages arrive on time', 'They are delivered as they come, in order.'],
  PORTAL_STATE_BEHIND: ['Messages arrive late', 'They wait, and come in order as soon as they are taken.'],
  PORTAL_STATE_STOPPED: ['Delivery is stopped', 'Messages wait until somebody starts it again.'],
  PORTAL_STATE_UNSPECIFIED: ['Nothing is known yet', 'Look again in a minute.'],
};

void look();
setInterval(look, everyMs);
setInterval(tellFresh, 1_000);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void look();
});

async function look() {
  if (document.hidden) return;
  const response = await fetch(`${location.pathname.replace(/\/$/, '')}/now`, {
    signal: AbortSignal.timeout(everyMs),
  }).catch(() => undefined);
  if (response?.status === 404) return gone();
  if (!response?.ok) return tellFresh();
  show(await response.json());
}

function show(status) {
  state.answeredAt = Date.now();
  const now = Date.now();
  const known = status.state ?? 'PORTAL_STATE_UNSPECIFIED';
  const [title, more] = words[known];
  byId('card').dataset.state = known;
  setText(byId('state'), title);
  setText(byId('words'), more);
  setText(byId('waiting'), Number(status.waiting ?? 0) > 0 ? count(status.waiting) : 'none');
  setText(byId('oldest'), age(status.oldestAt, now) ?? '–');
  setText(byId('success'), status.lastSuccessAt ? `${age(status.lastSuccessAt, now)} ago` : 'none seen yet');
  document.title = title;
  drawStrip(status.history ?? [], now);
  tellFresh();
}

function drawStrip(history, now) {
  const text = JSON.stringify(history);
  if (text === state.drawn) return;
  state.drawn = text;
  const byStart = new Map(history.map((slot) => [Date.parse(slot.from), slot.state]));
  const last = now - (now % halfHourMs);
  const starts = Array.from({ length: slots }, (_, index) => last - (slots - 1 - index) * halfHourMs);
  const states = starts.map((start) => byStart.get(start) ?? '');
  byId('strip').replaceChildren(...states.map((each) => element('i', { 'data-state': each })));
  const sum = (wanted) => states.filter((each) => each === wanted).length;
  const known = states.filter(Boolean).length;
  byId('strip').setAttribute(
    'aria-label',
    `Of ${known} half hours that are known, ${sum('PORTAL_STATE_WELL')} were on time, ${sum('PORTAL_STATE_BEHIND')} late and ${sum('PORTAL_STATE_STOPPED')} stopped`,
  );
}

function gone() {
  byId('card').dataset.state = '';
  setText(byId('state'), 'There is no status to see');
  setText(byId('words'), 'It is not public any more.');
}

function tellFresh() {
  if (state.answeredAt === 0) return setText(byId('fresh'), 'The numbers cannot be read; it is tried again.');
  const ms = Date.now() - state.answeredAt;
  setText(
    byId('fresh'),
    ms < 2 * everyMs
      ? 'Looked at just now, and again every 10 s'
      : `As of ${duration(ms)} ago: the numbers cannot be read, it is tried again`,
  );
}

import { drawAttempts, drawWaiting } from './chart.js';
import { byId, element } from './element.js';
import { keepRows, setText } from './rows.js';
import { isSilent, troublesOf } from './troubles.js';
import { age, count, due, modes, nameOf, things, wrongOf } from './words.js';

/** Everything on the page but the detail of a portal. */
export function createBoard({ onOpen }) {
  const state = { nextPageToken: '', troubles: '' };
  const showRows = keepRows(byId('rows'), {
    keyOf: ({ portalId }) => portalId,
    make: () => portalRow(onOpen),
    fill: fillPortal,
  });
  const showLanes = keepRows(byId('lanes'), {
    keyOf: ({ lane = 0 }) => lane,
    make: () => element('tr', {}, ...cells(['th', 'td', 'td.number', 'td.number', 'td', 'td'])),
    fill: fillLane,
  });
  const showModes = keepRows(byId('modes'), { keyOf: ({ mode }) => mode, make: modeTile, fill: fillMode });

  const showVerdict = (told, lines) => {
    const isBad = told.some((each) => each.isBad);
    byId('verdict').dataset.state = told.length === 0 ? 'well' : isBad ? 'bad' : 'look';
    setText(byId('verdict-line'), lines);
    const text = JSON.stringify(told);
    if (text === state.troubles) return;
    state.troubles = text;
    const items = told.map(({ text: words, portal }) => {
      const open = portal && element('button', { type: 'button', class: 'quiet' }, 'Look');
      open?.addEventListener('click', () => onOpen(portal));
      return element('li', {}, element('span', {}, words), open);
    });
    const focused = [...byId('troubles').querySelectorAll('button')].indexOf(document.activeElement);
    byId('troubles').replaceChildren(...items);
    if (focused >= 0) byId('troubles').querySelectorAll('button')[focused]?.focus();
  };

  return {
    get nextPageToken() {
      return state.nextPageToken;
    },
    show: (overview, whole, page) => {
      const now = Date.parse(overview.at);
      state.nextPageToken = overview.nextPageToken ?? '';
      const told = troublesOf(whole, now);
      const portals = (whole.modes ?? []).reduce((sum, mode) => sum + (mode.portals ?? 0), 0);
      const well =
        portals === 0
          ? 'All is well. No portal has a stream yet.'
          : `All is well: ${things(portals, 'portal')}, and none to look at.`;
      showVerdict(
        told,
        told.length === 0 ? well : told.length === 1 ? 'One thing to look at' : `${told.length} things to look at`,
      );
      showModes((overview.modes ?? []).map((mode) => ({ ...mode, now })));
      const waiting = (overview.modes ?? []).reduce((sum, mode) => sum + Number(mode.waiting ?? 0), 0);
      showCharts([...(overview.history ?? []), { at: overview.at, waiting }], now);
      showRows((overview.portals ?? []).map((portal) => ({ ...portal, now })));
      showLanes((overview.lanes ?? []).map((lane) => ({ ...lane, now })));
      showPaging(overview, page, portals);
    },
    lost: (problem) => showVerdict([{ isBad: true, text: 'The numbers below are the last that were heard.' }], problem),
    clear: () => {
      for (const show of [showRows, showLanes, showModes]) show([]);
      showVerdict([], 'Looking…');
      byId('waiting-chart').replaceChildren();
      byId('attempts-chart').replaceChildren();
    },
  };
}

const cells = (names) =>
  names.map((name) => {
    const [tag, kind] = name.split('.');
    return element(tag, { class: kind, scope: tag === 'th' ? 'row' : undefined });
  });

function portalRow(onOpen) {
  const row = element('tr', {}, ...cells(['th', 'td', 'td.number', 'td', 'td', 'td.wrong', 'td']));
  const open = element('button', { type: 'button', class: 'link' });
  open.addEventListener('click', () => onOpen(row.portal));
  row.children[0].append(open, element('span', { class: 'id' }));
  row.children[1].append(element('span', { class: 'mode' }));
  row.children[4].append(
    element('meter', { min: '0', max: '1', low: '0.5', high: '0.8', optimum: '0' }),
    element('span'),
  );
  return row;
}

function fillPortal(row, portal) {
  const { portalId, mode, waiting, oldestAt, expiring = 0, nextAttemptAt, emptyAt, now } = portal;
  row.portal = portal;
  const [name, kind, number, oldest, full, wrong, next] = row.children;
  setText(name.firstChild, nameOf(portal));
  setText(name.lastChild, portalId);
  setText(kind.firstChild, modes[mode]?.word ?? '');
  kind.firstChild.dataset.mode = mode;
  setText(number, count(waiting));
  setText(oldest, age(oldestAt, now) ?? '–');
  const percent = portal.isOfTenant ? '–' : `${Math.round(expiring * 100)}%`;
  full.firstChild.hidden = portal.isOfTenant === true;
  full.firstChild.value = expiring;
  full.firstChild.setAttribute('aria-label', `${percent} of the time until its oldest event expires is over`);
  setText(full.lastChild, percent);
  setText(wrong, wrongOf(portal));
  const tried = nextAttemptAt ? `try ${due(nextAttemptAt, now)}` : Number(waiting ?? 0) > 0 ? 'a person' : '–';
  setText(next, emptyAt ? `empty ${due(emptyAt, now)}` : tried);
}

function fillLane(row, { lane = 0, owner, portals, waiting, oldestAt, at, now }) {
  const texts = [String(lane), owner ?? '–', count(portals), count(waiting), age(oldestAt, now) ?? '–'];
  for (const [index, text] of texts.entries()) setText(row.children[index], text);
  const isLost = isSilent({ at }, now);
  row.classList.toggle('lost', isLost);
  setText(row.children[5], isLost ? `${age(at, now)} ago` : 'now');
}

function modeTile(mode) {
  const { word, says } = modes[mode] ?? { word: mode, says: '' };
  return element(
    'div',
    { class: 'tile', 'data-mode': mode },
    element('p', { class: 'big' }),
    element('p', { class: 'name' }, word),
    element('p', { class: 'says' }, says),
    element('p', { class: 'waits' }),
  );
}

function fillMode(tile, { portals, waiting, oldestAt, now }) {
  const oldest = age(oldestAt, now);
  setText(tile.children[0], count(portals));
  const waits =
    Number(waiting ?? 0) > 0
      ? `${things(waiting, 'event')} wait${oldest ? `, the oldest ${oldest}` : ''}`
      : 'nothing waits';
  setText(tile.children[3], waits);
}

function showCharts(history, now) {
  const waiting = drawWaiting(byId('waiting-chart'), history, now);
  byId('waiting-chart').setAttribute('aria-label', waiting.label);
  setText(byId('waiting-now'), `${count(waiting.now)} now · at most ${count(waiting.peak)}`);
  const attempts = drawAttempts(byId('attempts-chart'), history, now);
  byId('attempts-chart').setAttribute('aria-label', attempts.label);
  setText(byId('attempts-now'), `${count(attempts.accepted)} taken · ${count(attempts.failed)} not`);
}

function showPaging({ found = 0, unwell = 0, portals = [], nextPageToken = '' }, page, all) {
  const from = (page.tokens.length - 1) * 25;
  const isFiltered = Boolean(page.text || page.mode);
  const isOfTenant = page.tenantId !== '';
  if (!isFiltered && !isOfTenant) showHidden(unwell - found);
  byId('filter').hidden = isOfTenant;
  byId('tenant-leave').hidden = !isOfTenant;
  setText(byId('unwell-title'), isOfTenant ? 'Every portal of a tenant' : 'Portals to look at');
  setText(byId('unwell-count'), !isOfTenant && found > 0 ? count(found) : '');
  byId('unwell').hidden = portals.length === 0;
  byId('none').hidden = portals.length > 0;
  setText(byId('none'), noneOf({ isOfTenant, isFiltered, all }));
  byId('pages').hidden = page.tokens.length === 1 && !nextPageToken;
  byId('previous').disabled = page.tokens.length === 1;
  byId('next').disabled = !nextPageToken;
  const of = isOfTenant ? '' : ` of ${count(found)}`;
  setText(byId('page-of'), `${count(from + 1)} to ${count(from + portals.length)}${of}`);
}

/** A lane tells of its worst portals alone: the others are counted, and found by their tenant. */
function showHidden(hidden) {
  const text =
    hidden > 0
      ? `${things(hidden, 'more portal')} ${hidden === 1 ? 'is' : 'are'} not well and not in this list: it holds the worst 250 of each lane. They move up as those get well; all portals of one tenant can be seen at once.`
      : '';
  setText(byId('hidden-words'), text);
}

function noneOf({ isOfTenant, isFiltered, all }) {
  if (isOfTenant) return 'No tenant of this id has a portal with a stream.';
  if (isFiltered) return 'None of those that are not well is like this.';
  if (all === 0) return 'No portal has a stream yet: it begins with the first message for it.';
  return 'Every portal takes its events as they come.';
}

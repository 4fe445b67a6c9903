import { byId, element } from './element.js';
import { stationsOf } from './stations.js';
import { stepsOf } from './steps.js';

/** The line of stations that the last message passes, drawn from its hops as they come. */
export function createWay(textOf) {
  const line = byId('stations');
  const now = { messageId: undefined, backlog: undefined, way: { messageId: '', isAnswer: false, hops: [] } };
  const draw = () => {
    const { isAnswer, hops, messageId } = now.way;
    const stations = stationsOf(now.way, now.backlog);
    line.classList.toggle('back', isAnswer);
    if (now.messageId !== messageId) {
      now.messageId = messageId;
      line.replaceChildren(...stations.map(makeStation));
    }
    for (const [index, station] of stations.entries()) fillStation(line.children[index], station);
    byId('way-of').textContent =
      hops.length === 0 ? 'write or answer, and see it pass' : nameOf(isAnswer, textOf(messageId));
    byId('way-sum').textContent = sumOf(stations, isAnswer);
    byId('steps').hidden = hops.length === 0;
    byId('hops').replaceChildren(...stepsOf(hops).map(rowOf));
    byId('hops-count').textContent = `All ${hops.length} steps`;
  };
  draw();
  return {
    show: (way) => {
      now.way = way;
      draw();
    },
    /** What waits for the portal is told by the station before it. */
    backlog: (backlog) => {
      now.backlog = backlog;
      draw();
    },
    /** A text became known. */
    redraw: draw,
  };
}

/** Sealed words are not known here before the portal has opened them. */
function nameOf(isAnswer, text) {
  const kind = isAnswer ? 'the answer' : 'the message';
  return text === undefined ? `${kind}, sealed` : `${kind} “${text}”`;
}

const words = { done: 'passed', now: 'here now', wait: 'waits', bad: 'failed', todo: 'not yet' };

function makeStation() {
  const mark = element('span', { class: 'mark', 'aria-hidden': 'true' });
  return element(
    'li',
    {},
    mark,
    element('b', {}),
    element('span', { class: 'what' }),
    element('span', { class: 'after' }),
    element('span', { class: 'unseen' }),
  );
}

/** Filled in place, so that what moves moves on; its name too: which messenger it is, is heard on the way. */
function fillStation(item, { name, state, what, afterMs }) {
  const set = (selector, text) => {
    const node = item.querySelector(selector);
    if (node.textContent !== text) node.textContent = text;
  };
  item.className = state;
  set('b', name);
  set('.what', what);
  set('.after', afterMs === undefined ? '' : timeText(afterMs));
  set('.unseen', `, ${words[state]}`);
}

function sumOf(stations, isAnswer) {
  const last = stations.at(-1);
  if (last.state !== 'done') return '';
  return `${timeText(last.afterMs).replace('+', '')} from the ${isAnswer ? 'portal to the client' : 'door to the portal'}`;
}

/** `+203 ms`, `+6.6 s`. */
function timeText(ms) {
  return ms < 1_000 ? `+${ms} ms` : `+${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

function rowOf({ name, service, outcome, afterMs, isBad }) {
  const cells = [timeText(afterMs), name, service, outcome].map((text) => element('td', {}, text));
  return element('tr', { class: isBad ? 'bad' : undefined }, ...cells);
}

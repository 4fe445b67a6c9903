import { createAnswer } from './answer.js';
import { createEvents } from './events.js';
import { createKind } from './kind.js';
import { createQueue } from './queue.js';
import { openShop } from './shop.js';
import { createWay } from './way.js';

const texts = new Map();
const answer = createAnswer((id, text) => texts.set(id, text));
const events = createEvents((conversation) => answer.to(conversation));
const way = createWay((id) => texts.get(id));
const queue = createQueue();
const kind = createKind();
const taken = new Set();

/** A message of a person becomes the one that is answered. */
function take(event, isNew) {
  // A page that comes again gets everything anew.
  if (taken.has(event.id)) return;
  taken.add(event.id);
  events.add(event, isNew);
  const text = events.textOf(event);
  if (text) texts.set(event.data.id, text.length > 60 ? `${text.slice(0, 60)}…` : text);
  if (event.data.messageReceived && (isNew || !answer.isChosen())) events.choose(event);
}

const source = new EventSource('/api/state');
const on = (name, listen) => source.addEventListener(name, ({ data }) => listen(JSON.parse(data)));

on('start', (start) => {
  openShop(start);
  queue.mode(start.mode);
  for (const event of start.events) take(event, false);
  if (start.way) way.show(start.way);
  events.connected(true);
});
on('taken', ({ event }) => {
  take(event, true);
  way.redraw();
});
on('mode', ({ mode }) => queue.mode(mode));
on('kind', (now) => kind.show(now.kind));
on('way', (seen) => way.show(seen));
on('backlog', (backlog) => {
  queue.backlog(backlog);
  events.waiting(queue.waiting());
  way.backlog(backlog);
});
source.onerror = () => events.connected(false);

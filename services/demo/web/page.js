import { createAnswer } from './answer.js';
import { createEvents } from './events.js';
import { createQueue } from './queue.js';
import { openShop } from './shop.js';
import { createWay } from './way.js';

const way = createWay();
const answer = createAnswer((id) => way.follow(id, 'the answer'));
const events = createEvents((conversation) => answer.to(conversation));
const queue = createQueue();
const taken = new Set();

/** A message of a person becomes the one that is answered and followed. */
function take(event, isNew) {
  // A page that comes again gets everything anew.
  if (taken.has(event.sequence)) return;
  taken.add(event.sequence);
  events.add(event);
  const message = event.data?.messageReceived;
  if (!message) return;
  if (isNew || !answer.isChosen()) events.choose(event);
  way.follow(event.data.id, `“${events.textOf(event).slice(0, 60)}”`, isNew);
}

const source = new EventSource('/api/state');
const on = (name, listen) => source.addEventListener(name, ({ data }) => listen(JSON.parse(data)));

on('start', (start) => {
  openShop(start);
  queue.mode(start.mode);
  for (const event of start.events) take(event, false);
  way.start();
  events.connected(true);
});
on('taken', ({ event }) => take(event, true));
on('mode', ({ mode }) => queue.mode(mode));
on('request', (request) => queue.request(request));
on('backlog', (backlog) => queue.backlog(backlog));
source.onerror = () => events.connected(false);

import { byId, element } from './element.js';

/** The passport's words in ours. */
const steps = {
  'hook.stored': 'stored at the door',
  'message.received': 'made universal',
  'messages.received': 'made universal',
  'messages.submitted': 'answer taken',
  'portal.sealed': 'sealed and numbered',
  'delivery.attempted': 'delivered to the portal',
  'send.attempted': 'sent to the messenger',
  'messages.status': 'status told',
};
const last = new Set(['delivery.attempted', 'messages.status']);
const lookMs = 700;
const limitMs = 45_000;

/** The hops of one message: asked for until its last one is there. */
export function createWay() {
  const now = { id: undefined, round: 0, isStarted: false, name: '' };
  const look = async (round, endsAt) => {
    while (round === now.round && Date.now() < endsAt) {
      const hops = await fetch(`/api/hops/${now.id}`).then(
        (response) => response.json(),
        () => [],
      );
      if (round !== now.round) return;
      if (Array.isArray(hops) && hops.length > 0) show(hops);
      if (Array.isArray(hops) && hops.some(({ kind }) => last.has(kind))) return;
      await new Promise((done) => setTimeout(done, lookMs));
    }
  };
  const begin = () => {
    now.round += 1;
    byId('way-of').textContent = now.name;
    look(now.round, Date.now() + limitMs).catch(() => {});
  };
  return {
    follow: (id, name) => {
      Object.assign(now, { id, name });
      if (now.isStarted) begin();
    },
    start: () => {
      now.isStarted = true;
      if (now.id !== undefined) begin();
    },
  };
}

function show(hops) {
  byId('no-hops').hidden = true;
  const [first] = hops;
  byId('hops').replaceChildren(
    ...hops.map(({ kind, service, at, outcome }) => {
      const afterMs = Date.parse(at) - Date.parse(first.at);
      return element(
        'li',
        { class: /fail|refus|error|5\d\d/.test(outcome) ? 'bad' : '' },
        element('span', { class: 'after' }, `+${afterMs} ms`),
        element('b', {}, steps[kind] ?? kind),
        element('span', { class: 'service' }, service),
        outcome ? element('span', { class: 'outcome' }, outcome) : '',
      );
    }),
  );
}

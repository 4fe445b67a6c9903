import { byId, element } from './element.js';

/** The passport's words in ours. */
const steps = {
  'hook.received': 'came to the door',
  'hook.stored': 'stored at the door',
  'message.submitted': 'answer stored',
  'messages.received': 'made universal',
  'messages.submitted': 'answer taken',
  'event.sealed': 'sealed, numbered',
  'delivery.attempted': 'portal called',
  'message.dispatched': 'made for the channel',
  'send.attempted': 'sent to the messenger',
  'send.result': 'messenger said',
  'messages.status': 'status told',
  'file.ordered': 'file ordered',
  'file.copied': 'file copied',
  'files.settled': 'file is ours',
};
const last = new Set(['delivery.attempted', 'messages.status']);
const lookMs = 700;
/** Statuses come a little later: after so many looks without anything new the way is taken for whole. */
const quietLooks = 8;
const limitMs = 45_000;

/** What a reader of one message's way does not ask about. */
const unshown = new Set(['items.repeated', 'timers.set', 'timers.due']);

/** The hops of one message: asked for until its last one is there. */
export function createWay() {
  const now = { id: undefined, round: 0, isStarted: false, name: '', shown: 0, quiet: 0, isWhole: false };
  const look = async (round, endsAt) => {
    while (round === now.round && Date.now() < endsAt) {
      const hops = await fetch(`/api/hops/${now.id}`).then(
        (response) => response.json(),
        () => [],
      );
      if (round !== now.round) return;
      const isNew = Array.isArray(hops) && hops.length > now.shown;
      now.quiet = isNew ? 0 : now.quiet + 1;
      if (isNew) {
        now.shown = hops.length;
        now.isWhole = hops.some(({ kind }) => last.has(kind));
        show(hops);
      }
      if (now.isWhole && now.quiet > quietLooks) return;
      await new Promise((done) => setTimeout(done, lookMs));
    }
  };
  const begin = () => {
    Object.assign(now, { round: now.round + 1, shown: 0, quiet: 0, isWhole: false });
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

function show(all) {
  byId('no-hops').hidden = true;
  const hops = all.filter(({ kind }) => !unshown.has(kind));
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

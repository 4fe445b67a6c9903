import { call, lines } from './api.js';
import { byId, element } from './element.js';
import { keepRows, setText } from './rows.js';
import { age, count, due, duration, modes, nameOf, things, wrongOf } from './words.js';

const attemptsEveryMs = 10_000;

/** One portal: its numbers as they are now, its last attempts, and what a person may do. */
export function createDetail({ onChange, onRefused }) {
  const dialog = byId('detail');
  const state = { portal: undefined, backlog: {}, attemptsAt: 0 };
  const showFacts = keepRows(byId('detail-facts'), {
    keyOf: ([name]) => name,
    make: (name) => element('div', {}, element('dt', {}, name), element('dd')),
    fill: (row, [, text]) => setText(row.lastChild, text),
  });
  const showAttempts = keepRows(byId('attempts'), {
    keyOf: ({ key }) => key,
    make: () =>
      element(
        'tr',
        {},
        element('td'),
        element('td'),
        element('td', { class: 'number' }),
        element('td', { class: 'number' }),
      ),
    fill: fillAttempt,
  });

  const act = async (method, request) => {
    setText(byId('detail-problem'), '');
    try {
      state.backlog = await call(method, { portalId: state.portal.portalId, ...request });
      show();
      onChange();
    } catch (error) {
      if (!onRefused(error)) setText(byId('detail-problem'), error.message);
    }
  };
  const askSure = (isAsked) => {
    byId('resume-ask').hidden = isAsked;
    byId('resume-sure').hidden = !isAsked;
    byId(isAsked ? 'resume-yes' : 'resume-ask').focus();
  };
  byId('pause').addEventListener('submit', async (event) => {
    event.preventDefault();
    await act('DeliveryService/Pause', { reason: byId('reason').value.trim() });
    byId('reason').value = '';
  });
  byId('resume-ask').addEventListener('click', () => askSure(true));
  byId('resume-no').addEventListener('click', () => askSure(false));
  byId('resume-yes').addEventListener('click', async () => {
    await act('DeliveryService/Resume', {});
    askSure(false);
    byId('detail-close').focus();
  });
  byId('detail-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    state.portal = undefined;
  });

  const show = () => {
    const { portal, backlog } = state;
    if (portal === undefined) return;
    const now = Date.now();
    const isPaused = backlog.mode === 'PORTAL_MODE_PAUSED';
    setText(byId('detail-name'), nameOf(portal));
    setText(byId('detail-id'), portal.portalId);
    const wrong = wrongOf(backlog);
    const isQuiet = backlog.mode === 'PORTAL_MODE_LIVE' || !wrong;
    setText(
      byId('detail-line'),
      backlog.mode ? (isQuiet ? modes[backlog.mode].says : `It is ${modes[backlog.mode].word}: ${wrong}.`) : 'Looking…',
    );
    byId('detail-line').dataset.mode = backlog.mode ?? '';
    if (backlog.mode) showFacts(factsOf(backlog, portal, now));
    // Sending to one that only waits for its next try is a resumption too.
    const isHurried = backlog.mode === 'PORTAL_MODE_DRAIN' && Boolean(backlog.lastError);
    byId('pause').hidden = isPaused || !backlog.mode;
    byId('resume').hidden = !(isPaused || isHurried);
    setText(byId('resume-ask'), isPaused ? 'Resume…' : 'Try at once…');
    setText(
      byId('resume-words'),
      `${things(backlog.waiting, 'event')} that wait${Number(backlog.waiting) === 1 ? 's' : ''} will be sent from now on, in order.`,
    );
  };
  const readAttempts = async (portalId) => {
    if (Date.now() - state.attemptsAt < attemptsEveryMs) return;
    state.attemptsAt = Date.now();
    const hops = await lines('AuditService/Follow', { portalId, tenantId: state.portal.tenantId, limit: 200 }).catch(
      () => undefined,
    );
    if (state.portal?.portalId !== portalId) return;
    const attempts = (hops ?? [])
      .flatMap((hop, index) => attemptOf(hop, index))
      .slice(-10)
      .toReversed();
    showAttempts(attempts.map((attempt) => ({ ...attempt, now: Date.now() })));
    const none = hops ? 'None that history knows of.' : 'History does not answer.';
    setText(byId('attempts-none'), attempts.length > 0 ? '' : none);
  };
  const refresh = async () => {
    const { portal } = state;
    if (portal === undefined) return;
    try {
      const backlog = await call('DeliveryService/GetBacklog', { portalId: portal.portalId });
      if (state.portal !== portal) return;
      state.backlog = backlog;
      show();
    } catch (error) {
      if (!onRefused(error)) setText(byId('detail-problem'), error.message);
      return;
    }
    void readAttempts(portal.portalId);
  };
  return {
    open: (portal) => {
      Object.assign(state, { portal, backlog: {}, attemptsAt: 0 });
      showFacts([]);
      showAttempts([]);
      setText(byId('attempts-none'), 'Looking…');
      setText(byId('detail-problem'), '');
      byId('resume-ask').hidden = false;
      byId('resume-sure').hidden = true;
      show();
      if (!dialog.open) dialog.showModal();
      void refresh();
    },
    refresh,
    close: () => dialog.close(),
  };
}

function factsOf(backlog, { tenantId, expiring = 0 }, now) {
  const { waiting, oldestAt, nextAttemptAt, emptyAt, lastError, headSequence } = backlog;
  const done = Number(backlog.deliveredSequence) + Number(backlog.doneBeyond ?? 0);
  const { expired = 0, parked = 0, withheld = 0, skipped = 0, lane = 0, owner } = backlog;
  const given = [
    `${count(expired)} expired`,
    `${count(parked)} refused`,
    `${count(withheld)} withheld`,
    ...(Number(skipped) > 0 ? [`${count(skipped)} skipped`] : []),
  ].join(', ');
  return [
    ['Waiting', `${count(waiting)}${oldestAt ? `, the oldest for ${age(oldestAt, now)}` : ''}`],
    ...(Number(waiting) > 0
      ? [['Retention used', `${Math.round(expiring * 100)}%: at 100% the oldest event expires`]]
      : []),
    ...(emptyAt ? [['Empty', `${due(emptyAt, now)}, at this pace`]] : []),
    ...(nextAttemptAt ? [['Next try', due(nextAttemptAt, now)]] : []),
    ...(lastError ? [['Last error', lastError]] : []),
    ['Done', `${count(done)} of ${count(headSequence)} (of them ${given})`],
    ['Lane', `${lane}${owner ? `, ${owner}` : ''}`],
    ['Tenant', tenantId ?? '–'],
  ];
}

function attemptOf({ entry, streamSequence }, index) {
  if (entry?.kind !== 'delivery.attempted' && entry?.kind !== 'delivery.replayed') return [];
  const { outcome = '', httpStatus = 0, sequence = 0, lastSequence = 0, durationMs = 0, at, replay = 0 } = entry;
  const status = httpStatus > 0 ? `, ${httpStatus}` : '';
  const first = Number(sequence);
  const events = Math.max(1, Number(lastSequence) - first + 1);
  const again = replay > 0 ? `, replay ${replay}` : '';
  return [
    {
      key: `${streamSequence}.${entry.index ?? index}`,
      at,
      outcome: `${outcome}${status}${again}`,
      events,
      durationMs,
    },
  ];
}

function fillAttempt(row, { at, outcome, events, durationMs, now }) {
  const texts = [`${duration(now - Date.parse(at))} ago`, outcome, count(events), `${count(durationMs)} ms`];
  for (const [index, text] of texts.entries()) setText(row.children[index], text);
  row.classList.toggle('lost', !outcome.startsWith('accepted'));
}

/**
 * The stations of a message's way, in the order in which it passes them: the same line for both directions, the shop at one
 * end, the portal at the other. Each says whether it was passed, when, and what happened there. Pure.
 */
export function stationsOf({ isAnswer, hops }, backlog) {
  const startedAt = Date.parse(hops[0]?.at ?? '');
  const all = isAnswer ? answered(hops) : written(hops);
  const isOver = hops.length === 0 || all.some(({ bad }) => bad);
  const open = isOver ? -1 : all.findIndex(({ hop }) => hop === undefined);
  return all.map((station, index) => {
    const { name, hop, what, bad } = station;
    const afterMs = hop && Date.parse(hop.at) - startedAt;
    if (bad) return { name, state: 'bad', what, afterMs };
    if (hop) return { name, state: 'done', what, afterMs };
    if (index !== open) return { name, state: 'todo', what, afterMs };
    const isHeldUp = station.waits || (!isAnswer && index >= delivery && Boolean(backlog?.lastError));
    if (!isHeldUp) return { name, state: 'now', what, afterMs };
    return { name, state: 'wait', what: waitingText(backlog, hops) || what, afterMs };
  });
}

/** From here on a message waits for the portal. */
const delivery = 4;

function written(hops) {
  const find = finder(hops);
  const received = find('hook.received');
  const stored = find('hook.stored');
  const made = find('messages.received');
  const sealed = find('event.sealed');
  const attempts = hops.filter(({ kind }) => kind === 'delivery.attempted');
  const accepted = attempts.find(isAccepted);
  const refused = attempts.filter((attempt) => !isAccepted(attempt));
  const tries = attempts.length > 1 ? `try ${attempts.length}` : '';
  return [
    { name: channelOf(received?.service), hop: received, what: 'written' },
    { name: 'Door', hop: stored, what: 'stored, then answered' },
    { name: 'Normalizer', hop: made, what: 'one form, one number' },
    { name: 'Sealer', hop: sealed, what: sealed ? `№ ${sealed.sequence}, sealed` : 'numbers and seals' },
    { name: 'Delivery', hop: attempts[0], what: tries || 'signed, sent' },
    {
      ...{ name: 'Portal', hop: accepted, waits: refused.length > 0 },
      what: accepted ? 'verified, opened' : refused.length > 0 ? 'does not answer' : 'verifies, opens',
    },
  ];
}

function answered(hops) {
  const find = finder(hops);
  const statuses = hops.filter(({ kind }) => kind === 'messages.status').map(({ outcome }) => outcome);
  const reached = ['read', 'delivered'].find((state) => statuses.includes(state));
  const told = hops.find(
    ({ kind, outcome }) => kind === 'messages.status' && (outcome === 'delivered' || outcome === 'read'),
  );
  const attempt = find('send.attempted');
  // Telegram never says more of a bot's message than that it took it.
  const tellsNoMore = attempt?.service === 'telegram';
  const result = find('send.result');
  const failed = statuses.includes('failed') || (result && result.outcome !== 'sent');
  return [
    { name: 'Portal', hop: find('message.submitted'), what: 'answered, sealed' },
    { name: 'Normalizer', hop: find('messages.submitted'), what: 'may we write? yes' },
    { name: 'Dispatch', hop: find('message.dispatched'), what: 'made for the channel' },
    { name: 'Connector', hop: attempt, what: 'sent at its pace' },
    {
      name: attempt ? channelOf(attempt.service) : 'Messenger',
      hop: result,
      bad: failed,
      what: failed ? (result?.outcome ?? 'failed') : 'took it',
    },
    {
      name: 'Client',
      hop: told ?? (tellsNoMore ? result : undefined),
      what: reached ?? (tellsNoMore && result ? 'no receipts here' : 'gets it'),
    },
  ];
}

function finder(hops) {
  return (wanted) => hops.find(({ kind }) => kind === wanted);
}

function isAccepted({ outcome }) {
  return outcome === 'accepted';
}

function channelOf(service) {
  const name = service || 'client';
  return { webchat: 'Website chat' }[name] ?? name[0].toUpperCase() + name.slice(1);
}

/** How long, or behind how many: what stands before it goes first. */
function waitingText(backlog, hops) {
  const sequence = Number(hops.find(({ kind }) => kind === 'event.sealed')?.sequence ?? 0);
  const before = sequence - Number(backlog?.deliveredSequence ?? sequence) - 1;
  if (before > 0) return `waits, ${before} before it`;
  const seconds = backlog?.nextAttemptAt ? Math.ceil((Date.parse(backlog.nextAttemptAt) - Date.now()) / 1_000) : 0;
  return seconds > 0 ? `next try in ${seconds} s` : '';
}

/** The passport's words in ours. */
const names = {
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
  'items.repeated': 'a repeat was dropped',
};

/** All hops as rows of a table, with the time since the first. Pure. */
export function stepsOf(hops) {
  const startedAt = Date.parse(hops[0]?.at ?? '');
  return hops.map(({ kind, service, at, outcome, sequence, httpStatus }) => ({
    name: names[kind] ?? kind,
    service,
    outcome: [outcome, httpStatus > 0 && `HTTP ${httpStatus}`, sequence !== '0' && `№ ${sequence}`]
      .filter(Boolean)
      .join(' · '),
    afterMs: Date.parse(at) - startedAt,
    isBad: /unavailable|fail|refus|error|timeout/.test(outcome),
  }));
}

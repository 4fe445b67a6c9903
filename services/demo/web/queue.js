import { byId, element } from './element.js';

/** How the portal behaves, and what waits for it because of that. */
export function createQueue() {
  const line = byId('queue');
  const state = { backlog: {}, former: 0, mode: 'on' };
  for (const choice of document.querySelectorAll('input[name=mode]')) {
    choice.addEventListener('change', async () => {
      const body = JSON.stringify({ mode: choice.value });
      await fetch('/api/mode', { method: 'POST', body }).catch(() => {});
    });
  }
  /** Numbers of the events that wait, oldest first. What is merely on its way is gone at the next look: it does not wait. */
  const waiting = () => {
    const { waiting: count = '0', deliveredSequence = '0' } = state.backlog;
    const first = Number(deliveredSequence) + 1;
    const isHeldUp = state.former > 0 || Boolean(state.backlog.lastError);
    return isHeldUp ? Array.from({ length: Number(count) }, (_, index) => first + index) : [];
  };
  const show = () => {
    const { backlog, mode } = state;
    const count = waiting().length;
    const seconds = backlog.nextAttemptAt ? Math.ceil((Date.parse(backlog.nextAttemptAt) - Date.now()) / 1_000) : 0;
    const problem = backlog.lastErrorText || backlog.lastError;
    const rest = [problem, seconds > 0 && `next try in ${seconds} s`].filter(Boolean).join(' · ');
    const words = count > 0 ? [element('b', {}, `${count} waiting`), rest && ` · ${rest}`] : [idle[mode]];
    document.body.classList.toggle('waiting', count > 0);
    document.body.dataset.mode = mode;
    // Told again only when it changed: a reader of screens hears every change.
    const text = words.map((word) => word.textContent ?? word).join('');
    if (line.textContent !== text) line.replaceChildren(...words.filter(Boolean));
  };
  setInterval(show, 1_000);
  return {
    waiting,
    mode: (mode) => {
      state.mode = mode;
      const choice = document.querySelector(`input[name=mode][value=${mode}]`);
      if (choice) choice.checked = true;
      show();
    },
    backlog: (backlog) => {
      state.former = Number(state.backlog.waiting ?? 0);
      state.backlog = backlog;
      show();
    },
  };
}

const idle = {
  on: 'Nothing waits.',
  off: 'Nothing waits yet. Write something: it will.',
  slow: 'Each batch takes four seconds.',
  errors: 'Two of three calls fail.',
};

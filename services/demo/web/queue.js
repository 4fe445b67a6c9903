import { byId, element } from './element.js';

/** How the portal behaves, and what waits for it because of that. */
export function createQueue() {
  const line = byId('queue');
  const state = { waiting: 0, former: 0, lastError: '', nextAt: undefined, mode: 'on', status: 200 };
  for (const choice of document.querySelectorAll('input[name=mode]')) {
    choice.addEventListener('change', async () => {
      const body = JSON.stringify({ mode: choice.value });
      await fetch('/api/mode', { method: 'POST', body }).catch(() => {});
    });
  }
  const show = () => {
    const { waiting, nextAt, mode } = state;
    const seconds = nextAt === undefined ? 0 : Math.ceil((nextAt - Date.now()) / 1000);
    const next = seconds > 0 ? `, next try in ${seconds} s` : '';
    const problem = state.lastError ? ` · ${state.lastError}` : '';
    const words = waiting > 0 ? [element('b', {}, `${waiting} waiting`), `${next}${problem}`] : [idle[mode]];
    document.body.classList.toggle('waiting', waiting > 0);
    // Told again only when it changed: a reader of screens hears every change.
    const text = words.map((word) => (typeof word === 'string' ? word : word.textContent)).join('');
    if (line.textContent !== text) line.replaceChildren(...words);
  };
  setInterval(show, 1_000);
  return {
    mode: (mode) => {
      state.mode = mode;
      const choice = document.querySelector(`input[name=mode][value=${mode}]`);
      if (choice) choice.checked = true;
      show();
    },
    request: ({ status }) => {
      state.status = status;
    },
    backlog: ({ waiting = '0', lastErrorText = '', lastError = '', nextAttemptAt }) => {
      // What is merely on its way is gone at the next look: it does not wait.
      state.waiting = state.former > 0 ? Number(waiting) : 0;
      state.former = Number(waiting);
      state.lastError = lastErrorText || lastError;
      state.nextAt = nextAttemptAt === undefined ? undefined : Date.parse(nextAttemptAt);
      show();
    },
  };
}

const idle = {
  on: 'Nothing waits.',
  off: 'Nothing waits yet: what is written now will.',
  slow: 'Each batch takes four seconds now.',
  errors: 'Two of three calls fail now.',
};

import { byId } from './element.js';

const means = {
  sequential_guaranteed:
    'One batch after another, each until it is taken: everything in the order in which it was written.',
  sequential_once:
    'One batch after another, each tried once: what is not taken is skipped, and a notice says so in its place.',
  parallel_guaranteed:
    'Four batches at once, each until it is taken: a conversation that sticks keeps only its own strand.',
  parallel_once: 'Four batches at once, each tried once: a notice says what was skipped.',
};

/** How the queue treats what the portal does not take, and whether it sends one batch at a time. */
export function createKind() {
  const choice = byId('kind');
  const problem = byId('kind-problem');
  const state = { kind: undefined };
  const show = (kind) => {
    state.kind = kind;
    choice.value = kind;
    choice.disabled = false;
    byId('kind-means').textContent = means[kind];
  };
  choice.addEventListener('change', async () => {
    problem.textContent = '';
    const body = JSON.stringify({ kind: choice.value });
    const answer = await fetch('/api/queue-kind', { method: 'POST', body }).catch(() => undefined);
    if (answer?.ok) return;
    problem.textContent = 'The queue could not be changed: try again.';
    show(state.kind);
  });
  return { show };
}

import { byId } from './element.js';

/** The box where the portal's operator answers the chosen conversation. */
export function createAnswer(onSent) {
  const form = byId('answer');
  const problem = byId('answer-problem');
  const [input, button] = [form.querySelector('input'), form.querySelector('button')];
  const chosen = { id: undefined };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '' || chosen.id === undefined) return;
    button.disabled = true;
    problem.textContent = '';
    try {
      const messageId = await send(chosen.id, text);
      input.value = '';
      onSent(messageId);
    } catch (error) {
      problem.textContent = `The answer was not taken: ${error.message}`;
    } finally {
      button.disabled = false;
      input.focus();
    }
  });
  return {
    isChosen: () => chosen.id !== undefined,
    to: ({ id, name, channel }) => {
      chosen.id = id;
      byId('answering').textContent = `Answer to ${name}${channel ? ` · ${channel}` : ''}`;
      input.disabled = false;
      button.disabled = false;
    },
  };
}

async function send(conversationId, text) {
  const key = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const response = await fetch('/api/answer', { method: 'POST', body: JSON.stringify({ conversationId, text, key }) });
  const result = await response.json();
  if (response.ok && result.outcome === 'accepted') return result.messageId;
  throw new Error(result.message ?? result.reason ?? result.code ?? 'try again');
}

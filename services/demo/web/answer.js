import { byId } from './element.js';

const typingMs = 4_000;

/** The box where the portal's operator answers the chosen conversation. */
export function createAnswer(onSent) {
  const form = byId('answer');
  const problem = byId('answer-problem');
  const [input, button] = [form.querySelector('input'), form.querySelector('button')];
  const chosen = { id: undefined, toldTypingAt: 0 };
  const isReady = () => input.value.trim() !== '' && chosen.id !== undefined;
  input.addEventListener('input', () => {
    button.disabled = !isReady();
    if (!isReady() || Date.now() - chosen.toldTypingAt < typingMs) return;
    chosen.toldTypingAt = Date.now();
    const body = JSON.stringify({ conversationId: chosen.id });
    fetch('/api/typing', { method: 'POST', body }).catch(() => {});
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!isReady()) return;
    button.disabled = true;
    problem.textContent = '';
    try {
      onSent(await send(chosen.id, text), text);
      input.value = '';
      chosen.toldTypingAt = 0;
    } catch (error) {
      problem.textContent = `The answer was not taken: ${error.message}`;
    } finally {
      button.disabled = !isReady();
      input.focus();
    }
  });
  return {
    isChosen: () => chosen.id !== undefined,
    to: ({ id, name, channel }) => {
      chosen.id = id;
      byId('answering').textContent = `Answer to ${name}${channel ? ` · ${channel}` : ''}`;
      input.disabled = false;
      button.disabled = !isReady();
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

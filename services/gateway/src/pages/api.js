const stored = 'trunkline.administrator-key';
const answerMs = 10_000;

/** An answer that is no answer: `code`, a sentence and a remedy for people. */
export class Refused extends Error {
  constructor({ code, message, remedy }) {
    super([message, remedy].filter(Boolean).join(' '));
    this.code = code;
  }
}

/** The key of this tab. */
export const key = {
  get: () => sessionStorage.getItem(stored) ?? '',
  set: (value) => sessionStorage.setItem(stored, value),
  forget: () => sessionStorage.removeItem(stored),
};

/** Calls a public method with a key. Throws {@link Refused}. */
export async function call(method, request, given = key.get()) {
  return (await lines(method, request, given))[0] ?? {};
}

/** The same for a method whose answers come line by line. */
export async function lines(method, request, given = key.get()) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${given}` };
  const options = { method: 'POST', headers, body: JSON.stringify(request), signal: AbortSignal.timeout(answerMs) };
  const response = await fetch(`/v1/${method}`, options).catch(() => {
    throw new Refused({ code: 'unavailable', message: 'The gateway does not answer.', remedy: 'It is asked again.' });
  });
  const text = await response.text();
  if (!response.ok)
    throw new Refused(jsonOf(text) ?? { code: 'unavailable', message: `The gateway answered ${response.status}.` });
  return text.split('\n').flatMap((line) => jsonOf(line) ?? []);
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

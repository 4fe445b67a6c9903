import {
  answerCall,
  answerFile,
  type DoubleRequest,
  type Form,
  type Reaction,
  readForm,
  type SimulatorWorld,
  toBigJson,
} from '@trunkline/testkit/simulator';
import { type MethodParts, methods } from './methods.ts';
import { BotError, type Fields } from './types.ts';

/** A call that was understood, for tests. */
export interface ApiCall {
  readonly method: string;
  readonly fields: Fields;
}

/** What the calls work on. */
export interface ApiParts extends MethodParts {
  readonly world: SimulatorWorld;
  readonly calls: ApiCall[];
}

const rememberedCalls = 10_000;
const headers = { 'content-type': 'application/json' };

/** Answers /bot/v1/<method>/. */
export async function serveApi(parts: ApiParts, request: DoubleRequest): Promise<Reaction> {
  const { bot, calls, world } = parts;
  const method = /^\/bot\/v1\/([\w/]+?)\/?$/.exec(request.url.pathname)?.[1];
  if (method === undefined) return { status: 404, body: '' };
  const checkToken = () => {
    const isKnown = request.headers.authorization === `OAuth ${bot.token}` && !bot.isRevoked;
    if (!isKnown) throw new BotError(401, 'Unauthorized');
  };
  let form: Form;
  try {
    form = await readForm(request);
  } catch {
    return refused(new BotError(400, 'The body is no JSON'));
  }
  calls.push({ method, fields: form.fields });
  if (calls.length > rememberedCalls) calls.shift();
  if (method === 'messages/getFile') return getFile(parts, form, checkToken);
  return await answerCall(bot.troubles, {
    method,
    to: String(form.fields.login ?? form.fields.chat_id ?? ''),
    run: () => {
      checkToken();
      const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (known === undefined) throw new BotError(404, `There is no method ${method}`);
      return known(parts, form);
    },
    answer: (result) => ({ status: 200, headers, body: toBigJson({ ok: true, ...(result as Fields) }) }),
    refuse: refused,
    tooMany: (seconds) => ({
      ...refused(new BotError(429, 'Too Many Requests')),
      headers: { ...headers, 'retry-after': String(seconds) },
    }),
    refusal: ({ status = 403, message = 'Forbidden' }) => refused(new BotError(status, message)),
    signal: world.ended,
  });
}

function refused(error: unknown): Exclude<Reaction, string> {
  if (!(error instanceof BotError)) throw error;
  return { status: error.status, headers, body: { ok: false, code: error.status, description: error.message } };
}

/** The bytes themselves are the answer. */
function getFile({ bot }: ApiParts, { fields }: Form, checkToken: () => void): Reaction {
  try {
    checkToken();
  } catch (error) {
    return refused(error);
  }
  return answerFile(bot.troubles, bot.files.get(String(fields.file_id)), refused(new BotError(404, 'File not found')));
}

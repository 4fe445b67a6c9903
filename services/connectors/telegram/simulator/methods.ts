import { ApiFailure } from './api-failure.ts';
import type { Bot, Method } from './bot.ts';
import { changeMethods } from './methods-change.ts';
import { groupMethods } from './methods-group.ts';
import { hookMethods } from './methods-hook.ts';
import { sendMethods } from './methods-send.ts';
import type { Call } from './types.ts';

const methods: Readonly<Record<string, Method>> = Object.fromEntries(
  [hookMethods, sendMethods, changeMethods, groupMethods]
    .flatMap(Object.entries)
    .map(([name, method]) => [name.toLowerCase(), method]),
);

/** Does a method by its name, in whatever case. Throws ApiFailure. */
export async function runMethod(bot: Bot, call: Call): Promise<unknown> {
  const name = call.method.toLowerCase();
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw new ApiFailure(404, 'Not Found: method not found');
  return method(bot, call);
}

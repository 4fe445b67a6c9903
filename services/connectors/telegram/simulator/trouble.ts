import { badRequest } from './api-failure.ts';
import type { Bot } from './bot.ts';
import { type Fault, faultKinds } from './faults.ts';

/** What goes wrong with the platform. All throw ApiFailure. */
export const trouble = { fail, heal, revokeToken, redeliver };

/** Makes the platform misbehave, once unless said. */
function fail(bot: Bot, fault: Fault & { times?: number }, times = fault.times ?? 1): void {
  if (!faultKinds.includes(fault.kind)) throw badRequest(`there is no such fault; there are: ${faultKinds.join(', ')}`);
  bot.faults.arm(fault, times);
}

/** Takes all faults back that were not used, or those of one kind; with all, a revoked token works again. */
function heal(bot: Bot, { kind }: { kind?: string } = {}): void {
  bot.faults.clear(kind);
  if (kind === undefined) bot.isRevoked = false;
}

/** From now on the token is refused. */
function revokeToken(bot: Bot): void {
  bot.isRevoked = true;
}

/** Calls the hook again with the last updates that it took: the platform lost that they were taken. Tells how many. */
function redeliver(bot: Bot, { count = 1 }: { count?: number } = {}): number {
  return bot.updates.repeat(count);
}

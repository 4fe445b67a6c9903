import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from '../../load/field.ts';
import { type Api, apiOf } from '../../up/api.ts';

interface Replay {
  readonly number?: number;
  readonly state?: string;
  readonly total?: string;
  readonly sent?: string;
}

const limitMs = 60_000;
const everyMs = 250;
/** Before everything that was ever written. */
const everFrom = '2000-01-01T00:00:00Z';

/**
 * Has everything sent again that portals were told would not come, so that the judge sees which messages these are: notices name
 * sequences alone. Gives what went wrong, in words.
 */
export async function sendKept(field: Field, say: (what: string) => void): Promise<readonly string[]> {
  say('what portals were told of is sent again');
  const api = apiOf(field.installation.gatewayUrl, field.installation.administratorKey);
  const sent = await Promise.all(field.portals.map(({ id, name }) => sendOne(api, id, name)));
  return sent.flat();
}

async function sendOne(api: Api, portalId: string, name: string): Promise<string[]> {
  const order = { portalId, idempotencyKey: 'chaos', timeRange: { from: everFrom } };
  let replay = await api<Replay>('DeliveryService/Replay', order);
  const { number = 0, total = '0' } = replay;
  if (total === '0') return [];
  for (const endsAt = performance.now() + limitMs; replay.state !== 'REPLAY_STATE_DONE'; await pause(everyMs)) {
    if (performance.now() > endsAt) return [`what was kept of ${name} is not sent again: ${JSON.stringify(replay)}`];
    replay = await api<Replay>('DeliveryService/GetReplay', { portalId, number });
  }
  const { sent = '0' } = replay;
  return sent === total ? [] : [`of ${total} events that were kept of ${name} ${sent} were sent again`];
}

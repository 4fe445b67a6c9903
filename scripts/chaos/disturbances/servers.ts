import { jetstreamManager } from '@nats-io/jetstream';
import { egressStream, sendsStream, streams } from '../../../packages/contracts/src/index.ts';
import { connectBus } from '../../../packages/runtime/src/index.ts';
import { connector, type Disturbance, insist, pause } from './disturbance.ts';

const serverNames = ['nats', 'mongo', 'kafka'] as const;
const filledStreams = [
  ...[streams.ingress, streams.facts, streams.outbox, streams.deliveries],
  ...[egressStream(connector), sendsStream(connector)],
];

/** SIGKILL of a server, which comes back. */
export const killServer: Disturbance = {
  name: 'kill -9 of a server',
  weight: 3,
  isKill: true,
  run: async ({ installation: { servers } }, { chance, tell, claim }) => {
    using claimed = claim(serverNames);
    if (claimed === undefined) return false;
    const name = claimed.name as (typeof serverNames)[number];
    const downMs = 100 + chance.below(2_000);
    await servers.kill(name);
    tell(`kill -9 ${name}, down for ${downMs} ms`);
    await pause(downMs);
    await servers.restart(name);
    return true;
  },
};

/** A server that holds its connections and says nothing. */
export const freezeServer: Disturbance = {
  name: 'SIGSTOP of a server',
  weight: 2,
  run: async ({ installation: { servers } }, { chance, tell, claim }) => {
    using claimed = claim(serverNames);
    if (claimed === undefined) return false;
    const name = claimed.name as (typeof serverNames)[number];
    const ms = 200 + chance.below(3_000);
    tell(`SIGSTOP ${name} for ${ms} ms`);
    await servers.freeze(name);
    await pause(ms);
    await servers.thaw(name);
    return true;
  },
};

/** A stream that refuses whatever is new, as one on a full disk does. */
export const fullStream: Disturbance = {
  name: 'a full stream',
  weight: 2,
  run: async ({ installation }, { chance, tell, claim }) => {
    using claimed = claim(filledStreams);
    if (claimed === undefined) return false;
    const { name } = claimed;
    const ms = 500 + chance.below(3_000);
    const nats = await connected(installation.natsUrl);
    // A server that is down now is trouble enough.
    if (nats === undefined) return false;
    try {
      const { streams: admin } = await jetstreamManager(nats, { timeout: 5_000 });
      const { config, state } = await admin.info(name);
      try {
        await admin.update(name, { ...config, max_bytes: Math.max(1, state.bytes) });
        tell(`${name} is full for ${ms} ms`);
        await pause(ms);
      } finally {
        // Also where nobody answered: it may be full all the same.
        await untilDone(() => admin.update(name, { ...config }));
      }
      return true;
    } catch (error) {
      if (error instanceof NotMended) throw error;
      return false;
    } finally {
      await nats.close();
    }
  },
};

const connectMs = 3_000;
const tries = 120;

async function connected(url: string) {
  const signal = AbortSignal.timeout(connectMs);
  const options = { url, service: 'chaos', instance: 'chaos', signal, startTimeoutMs: connectMs };
  return await connectBus(options).catch(() => undefined);
}

/** A stream could not be given its room back: what is seen after that is not the product's doing. */
class NotMended extends Error {
  override readonly name = 'NotMended';
}

/** The room must come back, whatever else is down at that moment. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  if (!(await insist(work, tries))) throw new NotMended('a stream could not be given its room back');
}

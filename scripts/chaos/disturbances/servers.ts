import { jetstreamManager } from '@nats-io/jetstream';
import { streams } from '../../../packages/contracts/src/index.ts';
import { connectBus } from '../../../packages/runtime/src/index.ts';
import { type Disturbance, pause } from './disturbance.ts';

const serverNames = ['nats', 'mongo', 'kafka'] as const;
const filledStreams = [streams.ingress, streams.facts, streams.outbox, streams.deliveries];

/** SIGKILL of a server, which comes back. */
export const killServer: Disturbance = {
  name: 'kill -9 of a server',
  weight: 3,
  run: async ({ installation: { servers } }, { chance, tell, claim }) => {
    using claimed = claim(serverNames);
    if (claimed === undefined) return;
    const name = claimed.name as (typeof serverNames)[number];
    const downMs = 100 + chance.below(2_000);
    tell(`kill -9 ${name}, down for ${downMs} ms`);
    await servers.kill(name);
    await pause(downMs);
    await servers.restart(name);
  },
};

/** A server that holds its connections and says nothing. */
export const freezeServer: Disturbance = {
  name: 'SIGSTOP of a server',
  weight: 2,
  run: async ({ installation: { servers } }, { chance, tell, claim }) => {
    using claimed = claim(serverNames);
    if (claimed === undefined) return;
    const name = claimed.name as (typeof serverNames)[number];
    const ms = 200 + chance.below(3_000);
    tell(`SIGSTOP ${name} for ${ms} ms`);
    await servers.freeze(name);
    await pause(ms);
    await servers.thaw(name);
  },
};

/** A stream that refuses whatever is new, as one on a full disk does. */
export const fullStream: Disturbance = {
  name: 'a full stream',
  weight: 2,
  run: async ({ installation }, { chance, tell, claim }) => {
    using claimed = claim(filledStreams);
    if (claimed === undefined) return;
    const { name } = claimed;
    const ms = 500 + chance.below(3_000);
    // A server that is down now is trouble enough.
    const wait = AbortSignal.timeout(3_000);
    const nats = await connectBus({
      ...{ url: installation.natsUrl, service: 'chaos', instance: 'chaos', signal: wait, startTimeoutMs: 3_000 },
    }).catch(() => undefined);
    if (nats === undefined) return;
    try {
      const { streams: admin } = await jetstreamManager(nats, { timeout: 5_000 });
      const { config, state } = await admin.info(name);
      tell(`${name} is full for ${ms} ms`);
      await admin.update(name, { ...config, max_bytes: Math.max(1, state.bytes) });
      await pause(ms);
      await untilDone(() => admin.update(name, { ...config }));
    } finally {
      await nats.close();
    }
  },
};

/** The room must come back, whatever else is down at that moment. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (
      await work().then(
        () => true,
        () => false,
      )
    )
      return;
    await pause(1_000);
  }
  throw new Error('a stream could not be given its room back');
}

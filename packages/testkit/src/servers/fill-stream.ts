import type { NatsConnection } from '@nats-io/transport-node';

interface Info {
  readonly config: { readonly max_bytes: number };
  readonly state: { readonly bytes: number };
}

/** A stream without room. Leaving the block gives it back what it had. */
export interface FullStream extends AsyncDisposable {
  giveBack(): Promise<void>;
}

/** Leaves a stream so many more bytes, none by default: the server refuses what has no room. The connection's user may change streams. */
export async function fillStream(nats: NatsConnection, stream: string, leftBytes = 0): Promise<FullStream> {
  const ask = async (what: 'INFO' | 'UPDATE', body?: object): Promise<Info> => {
    const request = body === undefined ? undefined : JSON.stringify(body);
    const answer = (await nats.request(`$JS.API.STREAM.${what}.${stream}`, request)).json<
      Info & { readonly error?: { readonly description: string } }
    >();
    if (answer.error !== undefined) throw new Error(`${stream}: ${answer.error.description}`);
    return answer;
  };
  const { config, state } = await ask('INFO');
  await ask('UPDATE', { ...config, max_bytes: state.bytes + leftBytes });
  const giveBack = async () => void (await ask('UPDATE', config));
  return { giveBack, [Symbol.asyncDispose]: giveBack };
}

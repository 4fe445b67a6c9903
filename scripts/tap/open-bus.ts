import { connectBus } from '../../packages/runtime/src/index.ts';
import { natsAddress } from '../follow/local.ts';

/** Connects to the bus with all rights, for people who look. Leaving the block closes it. */
export async function openBus(signal: AbortSignal) {
  const connection = await connectBus({
    url: natsAddress(process.env),
    service: 'status',
    instance: `${process.pid}`,
    signal,
    startTimeoutMs: 2_000,
  });
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}

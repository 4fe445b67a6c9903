import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connector, ConnectorError, createGuardedFetch } from '@trunkline/adapter-kit';
import { SendOrder } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import fc from 'fast-check';
import { ordersWithin } from './generated.ts';
import { createMemoryTools } from './memory-tools.ts';
import type { StrictPlatform } from './subject.ts';

const neverAborted = new AbortController().signal;

/** Checks that the platform takes whatever is within the capabilities: its refusal would be the person's. */
export function testLimits<Settings>(
  connector: Connector<Settings>,
  send: NonNullable<Connector<Settings>['send']>,
  strict: () => Promise<StrictPlatform<Settings>>,
): void {
  test('whatever is within the capabilities is within the limits of the platform', async () => {
    await using limited = await strict();
    const { channel, conversation, files } = limited;
    await using http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
    const fetch = createGuardedFetch({ http, hosts: connector.hosts?.(channel.settings), signal: neverAborted });
    await fc.assert(
      fc.asyncProperty(ordersWithin(connector.capabilities, conversation), async (order) => {
        const tools = createMemoryTools({ fetch, ...(files === undefined ? {} : { files }) });
        await send(order, channel, tools).catch((error: unknown) => {
          const said = error instanceof ConnectorError ? `${error.code}: ${error.message}` : String(error);
          assert.fail(`${said}\n${JSON.stringify(SendOrder.toJSON(order))}`);
        });
      }),
      { numRuns: 200 },
    );
  });
}

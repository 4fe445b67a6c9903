import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Connector, ConnectorError, createGuardedFetch, type PlatformMessage } from '@trunkline/adapter-kit';
import { type Capabilities, ConversationKind, SendOrder } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import fc from 'fast-check';
import { earlierId, ordersWithin, type Written } from './generated.ts';
import { fileKinds } from './generated-content.ts';
import { bytesOf, largestFile } from './generated-file.ts';
import { createMemoryTools } from './memory-tools.ts';
import type { StrictPlatform } from './subject.ts';

const neverAborted = new AbortController().signal;
/** Orders of each kind of content in each set of capabilities. */
const runs = 40;

/** Checks, for each set of capabilities, that the platform takes whatever is within: its refusal would be the person's. */
export function testLimits<Settings>(
  connector: Connector<Settings>,
  send: NonNullable<Connector<Settings>['send']>,
  strict: () => Promise<StrictPlatform<Settings>>,
): void {
  for (const [set, capabilities] of capabilitySets(connector)) {
    // What is heard and never answered carries nothing.
    if (capabilities.isOneWay) continue;
    test(`whatever is within the capabilities${set && ` of ${set}`} is within the limits of the platform`, async (t) => {
      await using limited = await startDesk(connector, send, { strict, set });
      for (const [kind, orders] of ordersWithin(capabilities, limited)) {
        await t.test(kind, async () => {
          const { failed, errorInstance, seed } = await fc.check(fc.asyncProperty(orders, limited.write), {
            numRuns: runs,
          });
          assert.ok(!failed, `${(errorInstance as Error | null)?.message}\nseed ${seed}`);
        });
      }
      for (const kind of [...fileKinds, 'sticker']) {
        const media = largestFile(kind, capabilities);
        if (media === undefined) continue;
        await t.test(`${kind}, as large as it may be`, async () => {
          await limited.write({ order: limited.orderOf({ [kind]: { media } }), change: undefined });
        });
      }
      assert.deepEqual((await limited.refusals?.()) ?? [], [], 'nothing of it was refused afterwards');
    });
  }
}

/** Every set of capabilities that a connector has, by the name of its conversations; "" is the usual one. */
function capabilitySets<Settings>(connector: Connector<Settings>): ReadonlyMap<string, Capabilities> {
  const { capabilities, capabilitiesByKind = {}, capabilitiesBySubchannel = {} } = connector;
  const byKind = Object.entries(capabilitiesByKind).map(([kind, own]) => [wordOf(Number(kind)), own] as const);
  return new Map([['', capabilities], ...byKind, ...Object.entries(capabilitiesBySubchannel)]);
}

/** "comments", "group". */
function wordOf(kind: number): string {
  const [name = ''] = Object.entries(ConversationKind).find(([, number]) => number === kind) ?? [];
  return name.replace('CONVERSATION_KIND_', '').toLowerCase();
}

/** A strict platform, and what writes to one of its conversations, where a message of ours stands already. */
async function startDesk<Settings>(
  { hosts }: Connector<Settings>,
  send: NonNullable<Connector<Settings>['send']>,
  { strict, set }: { readonly strict: () => Promise<StrictPlatform<Settings>>; readonly set: string },
) {
  const limited = await strict();
  const { channel, template, refusals } = limited;
  const conversation = limited.conversations[set] ?? assert.fail(`its strict platform has no conversation "${set}"`);
  const http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
  const fetch = createGuardedFetch({ http, hosts: hosts?.(channel.settings), signal: neverAborted });
  const known: Record<string, readonly PlatformMessage[]> = {};
  const place = (conversation as { readonly platformId: string }).platformId;

  /** Every message has an id of its own: a platform drops repeats. */
  const done = async ({ message, ...order }: SendOrder, id: string): Promise<void> => {
    const tools = createMemoryTools({ fetch, known, fileOf: bytesOf });
    const given = { ...order, message: message && { ...message, id } };
    const sent = await send(given, channel, tools).catch((error: unknown) => {
      const said = error instanceof ConnectorError ? `${error.code}: ${error.message}` : String(error);
      return assert.fail(`${said}\n${JSON.stringify(SendOrder.toJSON(given))}`);
    });
    known[id] = sent.platformIds.map((platformId) => ({ platformId, conversationPlatformId: place }));
  };
  const orderOf = (content: object) =>
    SendOrder.fromJSON({ message: { message: { content } }, conversation, parts: 1 });
  await done(orderOf({ text: { plain: 'before' } }), earlierId);
  return {
    ...{ conversation, template, refusals, orderOf },
    write: async ({ order, change }: Written) => {
      const id = randomUUID();
      await done(order, id);
      if (change === undefined) return;
      known.changed = known[id] ?? [];
      await done(change, randomUUID());
    },
    [Symbol.asyncDispose]: async () => {
      await limited[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
    },
  };
}

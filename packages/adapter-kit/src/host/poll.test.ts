import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capabilities, ChannelEntry, type IngressItem, laneOf } from '@trunkline/contracts';
import { createLogger, TrunklineError } from '@trunkline/runtime';
import { createMemoryTools, until } from '@trunkline/testkit';
import { z } from 'zod';
import type { ChannelAccess } from '../channel.ts';
import { type ConfirmedSend, type Connector, defineConnector, type RawCall } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import { channelEvent, orderBySequence } from '../event.ts';
import { createIntroductions } from './introductions.ts';
import { pollChannel } from './poll.ts';
import { runPolling } from './polling.ts';

const log = createLogger({ service: 'test', instance: 'one', level: 'silent' });
const channel: ChannelAccess = {
  ...{ id: 'c1', tenantId: 't1', connector: 'sample', accountId: 'a', name: 'Sales', settings: {} },
  secret: () => '',
  optionalSecret: () => undefined,
};

/** A connector that polls as a test says. */
function polling(poll: NonNullable<Connector['poll']>): Connector {
  return defineConnector<unknown>({
    ...{ title: 'Sample', settings: z.unknown(), secretNames: [], capabilities: Capabilities.fromPartial({}) },
    hook: {
      verify: () => true,
      confirms: ({ body }) => {
        const proof = { messageId: `m${body}`, part: 0, conversationPlatformId: 'x', platformIds: [] };
        return `${body}` === '7' ? [proof] : [];
      },
      parse: ({ body, receivedAtMs }, of) => {
        const number = Number(Buffer.from(body).toString());
        if (Number.isNaN(number)) throw new ConnectorError('unknown_kind', 'no number');
        const told = { dedupeKey: `n:${number}`, order: orderBySequence(number), conversation: undefined };
        return [channelEvent(of, { receivedAtMs }, { ...told, event: { $case: 'start', value: { payload: '' } } })];
      },
    },
    poll,
  });
}

const callOf = (text: string): RawCall => ({
  ...{ method: 'POST', path: '', query: {}, headers: {}, receivedAtMs: 1_000 },
  body: Buffer.from(text),
});

/** A door that keeps what entered, and refuses so many calls first. */
function aDoor(refusals = 0) {
  const entered: string[] = [];
  let left = refusals;
  const enter = async (_lane: number, item: IngressItem) => {
    if (left-- > 0) throw new TrunklineError('unavailable', 'full');
    if (item.item?.$case !== 'hookCall') throw new Error('a hook call was expected');
    const { raw, parseError } = item.item.value;
    entered.push(`${raw} ${parseError}`.trim());
    return { sequence: entered.length, index: 0 };
  };
  return { entered, enter };
}

function partsOf(connector: Connector, door: ReturnType<typeof aDoor>) {
  const signedOut: string[] = [];
  const gaps: string[] = [];
  const proved: string[] = [];
  const confirm = async (_: string, sends: readonly ConfirmedSend[]) =>
    void proved.push(...sends.map(({ messageId }) => messageId));
  return {
    ...{ proved, sent: { confirm } },
    ...{ connector, door, log, signedOut },
    introductions: createIntroductions({ connector, toolsOf: () => createMemoryTools(), now: Date.now, log }),
    drift: { seeBody: () => {} },
    gaps,
    onGap: async (_channel: ChannelAccess, reason: string) => void gaps.push(reason),
    onHeard: async () => {},
    onAccepted: () => {},
    toolsOf: (_channel: ChannelAccess, signal: AbortSignal) => createMemoryTools({ signal }),
    onSignedOut: async (_channel: ChannelAccess, reason: string) => void signedOut.push(reason),
  };
}

test('an update is asked for only after the former one is stored, however often the bus refuses', async () => {
  const door = aDoor(2);
  const storedWhenAsked: number[] = [];
  const ended = new AbortController();
  const connector = polling(async function* () {
    for (const text of ['1', '2', 'what', '3']) {
      storedWhenAsked.push(door.entered.length);
      yield callOf(text);
    }
    ended.abort();
  });
  await pollChannel(partsOf(connector, door), channel, ended.signal);
  assert.deepEqual(door.entered, ['1', '2', 'what unknown_kind: no number', '3']);
  assert.deepEqual(storedWhenAsked, [0, 1, 2, 3]);
});

test('what comes back of our own by being fetched proves a send as the hook would, once it is stored', async () => {
  const door = aDoor(1);
  const ended = new AbortController();
  const connector = polling(async function* () {
    for (const text of ['1', '7', 'what']) yield callOf(text);
    ended.abort();
  });
  const parts = partsOf(connector, door);
  await pollChannel(parts, channel, ended.signal);
  assert.deepEqual(parts.proved, ['m7']);
  assert.equal(door.entered.length, 3);
});

test('a gap is told once, and it goes on behind it', async () => {
  const door = aDoor();
  const ended = new AbortController();
  let tries = 0;
  const connector = polling(async function* () {
    tries += 1;
    if (tries === 1) throw new ConnectorError('transient', 'three days are lost', { isGap: true });
    yield callOf('7');
    ended.abort();
  });
  const parts = partsOf(connector, door);
  await pollChannel(parts, channel, ended.signal);
  assert.deepEqual([parts.gaps, door.entered], [['three days are lost'], ['7']]);
});

test('a platform that fails is asked again, and a revoked token is told', async () => {
  const door = aDoor();
  const ended = new AbortController();
  let tries = 0;
  const connector = polling(async function* () {
    tries += 1;
    if (tries === 1) throw new ConnectorError('auth_revoked', 'no such token');
    yield callOf('7');
    ended.abort();
  });
  const parts = partsOf(connector, door);
  await pollChannel(parts, channel, ended.signal);
  assert.deepEqual([tries, parts.signedOut, door.entered], [2, ['no such token'], ['7']]);
});

test('channels of the lane without a public hook are polled, as they come, change and go, and their tenant with them', async () => {
  const lane = laneOf('t1');
  const entryOf = (id: string, hookUrl = '', revision = 1) =>
    ChannelEntry.fromPartial({ id, tenantId: 't1', hookUrl, revision, isActive: true });
  const b = entryOf('b');
  let entries = [entryOf('a'), entryOf('hooked', 'https://hub.example/hooks/sample/x')];
  let tell = (_kind: 'channel' | 'tenant' | 'portal', _id: string) => {};
  const active = new Map<string, number>();
  const begun: string[] = [];
  const ended = new AbortController();
  const running = runPolling(
    {
      channels: {
        entries: () => entries,
        entry: (id) => entries.find((entry) => entry.id === id),
        ready: (id) => ({ ...channel, id }),
      },
      directory: {
        loaded: Promise.resolve(),
        onChange: (listener) => {
          tell = (kind, id) => listener({ kind, key: '', id, isGone: false });
          return () => {};
        },
      },
      isBesideHook: false,
      poll: async ({ id }, signal) => {
        begun.push(id);
        active.set(id, (active.get(id) ?? 0) + 1);
        assert.equal(active.get(id), 1, 'never two of one channel at once');
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, 5)));
        active.set(id, 0);
      },
    },
    lane,
    ended.signal,
  );
  await until(() => begun.length === 1);
  entries = [entryOf('a', '', 2), b];
  tell('channel', 'a');
  tell('channel', 'b');
  await until(() => begun.length === 3);
  entries = [b];
  tell('portal', 'a');
  assert.equal(active.get('a'), 1, 'what is not about channels or tenants changes nothing');
  tell('channel', 'a');
  await until(() => active.get('a') === 0);
  // The tenant is switched off, and on again before its last question has ended.
  entries = [];
  tell('tenant', 't1');
  entries = [b];
  tell('tenant', 't1');
  await until(() => begun.length === 4);
  entries = [];
  tell('tenant', 't1');
  await until(() => active.get('b') === 0);
  ended.abort();
  await running;
  assert.deepEqual(begun.toSorted(), ['a', 'a', 'b', 'b']);
  assert.deepEqual([...active.values()], [0, 0]);
});

test('channels that have a public hook are polled where the hook does not tell everything', async () => {
  const ended = new AbortController();
  const begun: string[] = [];
  const entries = [ChannelEntry.fromPartial({ id: 'hooked', tenantId: 't1', hookUrl: 'https://hub.example/hooks/x' })];
  const polling = {
    channels: { entries: () => entries, entry: () => entries[0], ready: (id: string) => ({ ...channel, id }) },
    directory: { loaded: Promise.resolve(), onChange: () => () => {} },
    isBesideHook: true,
    poll: async ({ id }: { readonly id: string }) => {
      begun.push(id);
      ended.abort();
    },
  };
  await runPolling(polling, laneOf('t1'), ended.signal);
  assert.deepEqual(begun, ['hooked']);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { laneOf, PortalServiceDefinition, PortalSettings } from '@trunkline/contracts';
import { createRpcClients, type OpenRpcClients, pause, type RpcClient, secret } from '@trunkline/runtime';
import { tied, until } from '@trunkline/testkit';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startPortal } from './testing/portal.ts';
import { type Puller, startPuller } from './testing/puller.ts';
import { signingKeyOf } from './testing/stream.ts';

let around: Surroundings;

before(async () => {
  around = await startSurroundings();
});

after(async () => {
  await around?.[Symbol.asyncDispose]();
});

type Client = RpcClient<typeof PortalServiceDefinition>;

/** Delivery as a process of its own; leaving the block kills it. */
async function aProcess() {
  const port = await freePort();
  const [program, args] = tied(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], 'KILL');
  const env = { ...around.env, PATH: process.env.PATH, LANES: String(laneOf('home')), GRPC_PORT: String(port) };
  const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const clients: OpenRpcClients = createRpcClients({
    identity: { service: 'gateway', token: secret('gateway-token') },
    addressOf: () => `127.0.0.1:${port}`,
  });
  const client: Client = clients.of(PortalServiceDefinition, 'delivery');
  const kill = async () => {
    clients.close();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { client, kill, [Symbol.asyncDispose]: kill };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What one portal had, whoever brought it: finds gaps, and repeats of what a consumer had acknowledged. */
function createJudge() {
  let last = 0;
  let acknowledged = 0;
  const wrong: string[] = [];
  return {
    wrong,
    get last() {
      return last;
    },
    saw: (sequence: number, how: string) => {
      if (sequence > last + 1) wrong.push(`${how} ${sequence} after ${last}`);
      if (sequence <= acknowledged) wrong.push(`${how} ${sequence} again, acknowledged was ${acknowledged}`);
      last = Math.max(last, sequence);
    },
    acknowledged: (sequence: number) => {
      acknowledged = Math.max(acknowledged, sequence);
    },
  };
}

type Judge = ReturnType<typeof createJudge>;

/** Pulls for ever, from whichever instance answers, and acknowledges whatever came. */
function keepPulling(portalId: string, clientOf: () => Client, judge: Judge) {
  const ending = new AbortController();
  let open: Puller | undefined;
  const onBatch = async (puller: Puller) => {
    // Meanwhile the portal's events are pushed.
    if (!puller.isPrimary) return;
    for (const sequence of puller.sequences.slice(judged(puller))) judge.saw(sequence, 'pulled');
    judgedOf.set(puller, puller.items.length);
    if (puller.items.length > 0) await puller.acknowledge().then(judge.acknowledged);
  };
  const judgedOf = new WeakMap<Puller, number>();
  const judged = (puller: Puller) => judgedOf.get(puller) ?? 0;
  const pulling = (async () => {
    while (!ending.signal.aborted) {
      open = startPuller(clientOf(), { portalId, consumer: 'crm', signingKey: signingKeyOf(portalId) }, onBatch);
      while (open.ended === undefined && !ending.signal.aborted) await pause(20, ending.signal);
      await open[Symbol.asyncDispose]();
      await pause(50, ending.signal);
    }
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await pulling;
    },
  };
}

/** Seals events all the time until it is disposed. */
function keepSealing(portalId: string) {
  const ending = new AbortController();
  let sealed = 0;
  const sealing = (async () => {
    while (!ending.signal.aborted) {
      sealed = (await around.seal(portalId, 3)).at(-1) ?? sealed;
      await pause(30, ending.signal);
    }
  })();
  const end = async () => {
    ending.abort();
    await sealing;
    return sealed;
  };
  return {
    end,
    [Symbol.asyncDispose]: async () => {
      await end();
    },
  };
}

async function serve(id: string, primaryConsumer: string, url = ''): Promise<void> {
  await around.setPortal({ id, url, settings: PortalSettings.fromPartial({ primaryConsumer, lingerMs: 1 }) });
}

/** Something more arrived. */
async function untilMore(judge: Judge, count: number): Promise<void> {
  const { last } = judge;
  await until(() => judge.last >= last + count, 60_000);
}

test('kill -9 of the owner of the lane and of the instance that streams: nothing is missing, nothing acknowledged comes again', async () => {
  const id = 'crashpull';
  await serve(id, 'crm');
  const judge = createJudge();
  await using owner = await aProcess();
  let serving = owner.client;
  await using pulling = keepPulling(id, () => serving, judge);
  await using sealing = keepSealing(id);
  await untilMore(judge, 10);
  // Streamed by one, owned by the other.
  await using second = await aProcess();
  serving = second.client;
  await client(second.client, id);
  await untilMore(judge, 10);
  await owner.kill();
  await untilMore(judge, 30);
  await until(async () => (await around.recordedOf(id)) >= judge.last - 60, 60_000);
  // Both at once.
  await using third = await aProcess();
  await client(third.client, id);
  serving = third.client;
  await second.kill();
  await untilMore(judge, 30);
  const sealed = await sealing.end();
  await until(() => judge.last === sealed, 60_000);
  await until(async () => (await around.recordedOf(id)) === sealed, 60_000);
  await pulling[Symbol.asyncDispose]();
  assert.deepEqual(judge.wrong, []);
});

/** The instance answers. */
async function client(of: Client, portalId: string): Promise<void> {
  await until(
    () =>
      of.listConsumers({ portalId }, { tenant: 'home' }).then(
        () => true,
        () => false,
      ),
    60_000,
  );
}

test('push and pull take turns under load while owners are killed: no gap, and nothing acknowledged is sent again', async () => {
  const id = 'crashswitch';
  await using portal = await startPortal(signingKeyOf(id));
  const judge = createJudge();
  portal.behave((received, response) => {
    for (const { sequence } of received.events) judge.saw(sequence, 'pushed');
    response.writeHead(204).end();
  });
  await serve(id, '', portal.url);
  let running = await aProcess();
  await using open = new AsyncDisposableStack();
  open.defer(() => running.kill());
  await using sealing = keepSealing(id);
  await untilMore(judge, 10);
  await using pulling = keepPulling(id, () => running.client, judge);
  for (let round = 0; round < 3; round += 1) {
    await serve(id, 'crm', portal.url);
    await untilMore(judge, 10);
    const next = await aProcess();
    // Killed at any moment of the hand-over.
    await serve(id, '', portal.url);
    await pause(round * 150, AbortSignal.timeout(10_000));
    await running.kill();
    running = next;
    await untilMore(judge, 10);
  }
  const sealed = await sealing.end();
  await until(() => judge.last === sealed, 60_000);
  await until(async () => (await around.recordedOf(id)) === sealed, 60_000);
  await pulling[Symbol.asyncDispose]();
  assert.deepEqual(judge.wrong, []);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Servers, startServers, startTcpProxy, type TcpProxy, until } from '@trunkline/testkit';
import { audit } from '../../../services/audit/src/service.ts';
import { delivery } from '../../../services/delivery/src/service.ts';
import { directory } from '../../../services/directory/src/service.ts';
import { normalizer } from '../../../services/normalizer/src/service.ts';
import { sealer } from '../../../services/sealer/src/service.ts';
import { connectorService } from '../../adapter-kit/src/host/service.ts';
import { type ConfigSchema, provision, type ServiceDefinition, startService } from '../../runtime/src/index.ts';

const timeout = 120_000;
const services = resolve(import.meta.dirname, '../../../services');
const key = Buffer.alloc(32, 1).toString('base64url');
/** Half of what Kubernetes gives; MongoDB's client tries for ten seconds to say goodbye to a server that is silent. */
const endLimitMs = 15_000;
const nobody = '127.0.0.1:1';

let servers: Servers;
/** The wires of every service: to MongoDB and to NATS. */
let wires: readonly [TcpProxy, TcpProxy];
let env: NodeJS.ProcessEnv;
let databases = 0;

before(async () => {
  servers = await startServers({ nats: true, mongo: true, own: true });
  const { natsUrl, mongoUrl } = servers;
  const signal = AbortSignal.timeout(60_000);
  await provision({ natsUrl, mongoUrl, database: 'start_0', connectors: ['telegram'], signal });
  const [mongo, nats] = [new URL(servers.mongoUrl), new URL(servers.natsUrl)];
  wires = [await startTcpProxy(Number(mongo.port)), await startTcpProxy(Number(nats.port))];
  mongo.port = String(wires[0].port);
  nats.port = String(wires[1].port);
  env = {
    ...{ BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', HTTP_PORT: '0', LOG_LEVEL: 'info' },
    ...{ MONGO_URL: mongo.href, NATS_URL: nats.href, KAFKA_BROKERS: nobody, CONNECTORS: 'telegram' },
    ...{ PARKING_KEY: key, AUDIT_KEY: key, CONNECTOR_SECRETS_KEY: key, SECRETS_KEY: key, SEALER_KEK: key },
    FILES_KEY: 'files',
  };
});

after(async () => {
  for (const wire of wires ?? []) await wire[Symbol.asyncDispose]();
  await servers?.stop();
});

/** A service that is stopped in the moment in which it is connected and begins to start. */
function startHeld<Schema extends ConfigSchema>(definition: ServiceDefinition<Schema>, mayStart: Promise<void>) {
  const lines: { readonly level: string; readonly msg: string }[] = [];
  const { promise: isConnected, resolve: connected } = Promise.withResolvers<void>();
  const start: typeof definition.start = async (runtime) => {
    connected();
    await mayStart;
    await definition.start(runtime);
  };
  const logDestination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const hosted = startService({ ...definition, start }, env, { logDestination, measuresProcess: false });
  return { hosted, isConnected, lines };
}

/** All services, connected, of a database that has no index yet. */
async function allHeld(mayStart: Promise<void>) {
  env.MONGO_DATABASE = `start_${databases++}`;
  const all = [
    startHeld(normalizer, mayStart),
    startHeld(delivery, mayStart),
    startHeld(audit, mayStart),
    startHeld(directory, mayStart),
    startHeld(sealer, mayStart),
    startHeld(connectorService('telegram', `${services}/connectors`), mayStart),
  ];
  await Promise.all(all.map(({ isConnected }) => isConnected));
  return all;
}

const waits = 'The start waits for MongoDB';

for (const bad of ['refuse', 'silence', 'cut'] as const) {
  test(`services whose servers fail in the moment in which they make their indexes wait and become well: ${bad}`, {
    timeout,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const gate = Promise.withResolvers<void>();
    const all = await allHeld(gate.promise);
    for (const { hosted } of all) stack.use(hosted);
    const ended = Promise.race(all.map(({ hosted }) => hosted.done));
    for (const wire of wires) wire[bad === 'cut' ? 'silence' : bad]();
    stack.defer(() => wires.forEach((wire) => void wire.mend()));
    gate.resolve();
    // What is under way when its wire is cut fails, whatever the next try finds.
    if (bad === 'cut') await sleep(300).then(() => wires.forEach((wire) => void wire.cut()));
    // The sealer makes nothing at its start.
    const waiting = all.filter(({ hosted }) => hosted.name !== 'sealer');
    const allWait = () => waiting.every(({ lines }) => lines.some(({ msg }) => msg === waits));
    await Promise.race([until(allWait, 60_000), ended]);
    for (const wire of wires) wire.mend();
    await Promise.race([Promise.all(all.map(({ hosted }) => hosted.ready)), ended]);
    for (const { hosted, lines } of all) {
      const { health } = (await hosted.ready).runtime;
      // A connection that fell silent is given up after two pings without an answer; what took no publish is told for 20 s.
      const isWell = () => !health.reasons.has('mongodb') && !health.reasons.has('nats');
      await until(isWell, 45_000).catch(() => assert.fail(`${hosted.name}: ${[...health.reasons.values()].join()}`));
      assert.ok(lines.filter(({ msg }) => msg === waits).length <= 1, `${hosted.name} says once that it waits`);
    }
  });
}

/** The normalizer in a process of its own, which starts when it is told to on its standard input. */
const heldProgram = `
  import { once } from 'node:events';
  import { normalizer } from '${services}/normalizer/src/service.ts';
  import { runService } from '${resolve(import.meta.dirname, '../../runtime/src/index.ts')}';
  const start = async (runtime) => {
    console.log('connected');
    await once(process.stdin, 'data');
    process.stdin.destroy();
    await normalizer.start(runtime);
  };
  await runService({ ...normalizer, start });
`;

for (const bad of ['refuse', 'silence'] as const) {
  test(`SIGTERM ends a service that waits for MongoDB at its start: ${bad}`, { timeout }, async () => {
    const own = { ...env, MONGO_DATABASE: `start_${databases++}` };
    const child = spawn(process.execPath, ['--input-type=module', '-e', heldProgram], { env: own });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => void child.kill('SIGKILL'));
    stack.defer(() => wires[0].mend());
    let told = '';
    child.stdout.on('data', (bytes) => {
      told += String(bytes);
    });
    await until(() => told.includes('connected'), 30_000);
    wires[0][bad]();
    child.stdin.write('start');
    // Of a server that says nothing it is told only when its client gives up: it is not waited for that.
    if (bad === 'refuse') await until(() => told.includes(waits));
    else await sleep(500);
    const askedAt = performance.now();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0, told);
    const tookMs = performance.now() - askedAt;
    assert.ok(tookMs < endLimitMs, `in time, not after ${tookMs} ms`);
  });
}

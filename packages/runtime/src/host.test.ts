import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { AuditServiceDefinition } from '@trunkline/contracts';
import { z } from 'zod';
import { ConfigError } from './config.ts';
import { pause } from './deadline.ts';
import { startService } from './host.ts';
import { innerTokenHash } from './rpc/inner-access.ts';
import { defineService, type Runtime } from './service.ts';

const env = { HTTP_PORT: '0', GRPC_PORT: '0', METRICS_PORT: '0', BIND_ADDRESS: '127.0.0.1', GREETING: 'hello' };

/** A service as small as one can be: one setting, one route, one method, one loop. */
function greeter(start: (runtime: Runtime<{ GREETING: string }>) => void = () => {}) {
  return defineService({
    name: 'greeter',
    config: z.object({ GREETING: z.string().describe('What it says.') }),
    uses: { http: true, rpc: true },
    async start(runtime) {
      runtime.http.get('/', async () => runtime.config.GREETING);
      runtime.rpc.addService(AuditServiceDefinition, {
        follow: async function* () {
          yield { stream: runtime.config.GREETING };
        },
      });
      runtime.run('idle', pause(60_000, runtime.signal));
      start(runtime);
    },
  });
}

function recorder(t: TestContext) {
  const lines: { level: string; msg: string }[] = [];
  t.after(() =>
    assert.deepEqual(
      lines.filter(({ msg }) => /cleanly|in time/.test(msg)),
      [],
    ),
  );
  return { lines, overrides: { logDestination: { write: (line: string) => void lines.push(JSON.parse(line)) } } };
}

test('a service starts, answers by HTTP and gRPC, tells how it is doing, and stops', async (t) => {
  const { overrides } = recorder(t);
  const tokens = { INNER_TOKEN: 'g', INNER_TOKENS: `gateway=${innerTokenHash('g')}` };
  await using service = startService(greeter(), { ...env, ...tokens }, overrides);
  const { addresses, runtime } = await service.ready;
  assert.equal(await (await fetch(`${addresses.http}/`)).text(), 'hello');
  assert.deepEqual(await (await fetch(`${addresses.metrics}/readyz`)).json(), { status: 'ok', reasons: {} });
  runtime.health.set('platform', 'It is asleep.');
  const degraded = await fetch(`${addresses.metrics}/readyz`);
  assert.equal(degraded.status, 200);
  assert.deepEqual(await degraded.json(), { status: 'degraded', reasons: { platform: 'It is asleep.' } });
  const metrics = await (await fetch(`${addresses.metrics}/metrics`)).text();
  assert.match(metrics, /trunkline_degraded\{part="platform",.*\} 1/);
  assert.match(metrics, /trunkline_http_server_seconds_count\{.*route="\/"/);
  await service.stop();
  await service.done;
  await assert.rejects(fetch(`${addresses.http}/`));
  await assert.rejects(fetch(`${addresses.metrics}/healthz`));
});

test('two services live in one process and call each other with their own names', async (t) => {
  const { overrides } = recorder(t);
  const hash = innerTokenHash('g');
  await using callee = startService(greeter(), { ...env, INNER_TOKENS: `gateway=${hash}` }, overrides);
  const { addresses } = await callee.ready;
  const callerDefinition = defineService({ name: 'gateway', config: z.object({}), uses: {}, start: async () => {} });
  const callerEnv = { ...env, INNER_TOKEN: 'g', PEERS: `audit=${addresses.grpc}` };
  await using caller = startService(callerDefinition, callerEnv, { ...overrides, measuresProcess: false });
  const { clients } = (await caller.ready).runtime;
  const heard: string[] = [];
  const following = clients.of(AuditServiceDefinition, 'audit').follow({}, { tenant: '*' });
  for await (const { stream } of following) heard.push(stream);
  assert.deepEqual(heard, ['hello']);
});

test('a call that is being answered when the service is stopped is answered', async (t) => {
  const { overrides } = recorder(t);
  const [entered, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const definition = greeter(({ http }) => {
    http.get('/slow', async () => {
      entered.resolve();
      await release.promise;
      return 'done';
    });
  });
  await using service = startService(definition, env, overrides);
  const { addresses, runtime } = await service.ready;
  const answer = fetch(`${addresses.http}/slow`);
  await entered.promise;
  const stopped = service.stop();
  assert.ok(!runtime.signal.aborted, 'loops go on while calls are answered');
  release.resolve();
  assert.equal(await (await answer).text(), 'done');
  await stopped;
  assert.ok(runtime.signal.aborted);
});

test('what a service opened is closed in reverse order, after its loops have ended', async (t) => {
  const { overrides } = recorder(t);
  const order: string[] = [];
  const definition = greeter((runtime) => {
    runtime.onClose(async () => void order.push('first opened'));
    runtime.onClose(async () => void order.push('last opened'));
    runtime.run(
      'loop',
      pause(60_000, runtime.signal).then(() => void order.push('loop')),
    );
  });
  await using service = startService(definition, env, overrides);
  await service.ready;
  await service.stop();
  assert.deepEqual(order, ['loop', 'last opened', 'first opened']);
});

test('a loop that fails ends the service with its error', async (t) => {
  const { lines, overrides } = recorder(t);
  const failing = Promise.withResolvers<void>();
  const service = startService(
    greeter((runtime) => runtime.run('lane 3', failing.promise)),
    env,
    overrides,
  );
  const { addresses } = await service.ready;
  failing.reject(new Error('the store lost messages'));
  await assert.rejects(service.done, /lost messages/);
  await assert.rejects(fetch(`${addresses.http}/`));
  assert.equal(lines.filter(({ level }) => level === 'error').length, 2);
});

test('all problems of the settings, its own and those of the runtime, are told together', async () => {
  const service = startService(greeter(), {
    ...env,
    GREETING: '',
    HTTP_PORT: '70000',
    LANES: '9',
    PEERS: 'sealer',
    TRUSTED_PROXIES: '10.0.0.5, proxy, 0.0.0.0/0',
  });
  await assert.rejects(service.ready, (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(error.problems.map((problem) => problem.split(' ')[0]).sort(), [
      'GREETING',
      'HTTP_PORT',
      'LANES',
      'PEERS',
      'TRUSTED_PROXIES',
      'TRUSTED_PROXIES',
    ]);
    return true;
  });
  await assert.rejects(service.done, ConfigError);
});

test('a part that was not declared says what to declare', async (t) => {
  const { overrides } = recorder(t);
  const service = startService(
    greeter(({ store }) => void store),
    env,
    overrides,
  );
  await assert.rejects(
    service.ready,
    /the service greeter reads runtime\.store, but does not declare uses: \{ store: true \}/,
  );
  await service.stop();
});

test('a service that is stopped while it waits for its servers ends at once', async (t) => {
  const { overrides } = recorder(t);
  const definition = defineService({
    name: 'sealer',
    config: z.object({}),
    uses: { store: true },
    start: async () => {},
  });
  const service = startService(definition, { ...env, MONGO_URL: 'mongodb://127.0.0.1:1/' }, overrides);
  await service.stop();
  await service.done;
  await assert.rejects(service.ready, { code: 'aborted' });
});

test('SIGTERM ends a process cleanly with exit code 0, wrong settings end it with 1 and a sentence', async () => {
  const program = `
    import { defineService, runService } from '@trunkline/runtime';
    import { z } from 'zod';
    const config = z.object({ GREETING: z.string().describe('What it says.') });
    await runService(defineService({ name: 'greeter', config, uses: {}, start: async () => {} }));
  `;
  const run = (environment: NodeJS.ProcessEnv) =>
    spawn(process.execPath, ['--input-type=module', '-e', program], { env: environment, cwd: import.meta.dirname });
  const good = run(env);
  for await (const chunk of good.stdout) if (String(chunk).includes('Service is ready')) good.kill('SIGTERM');
  assert.equal(good.exitCode ?? (await once(good, 'exit'))[0], 0);
  const bad = run({ METRICS_PORT: '0' });
  let told = '';
  for await (const chunk of bad.stderr) told += String(chunk);
  assert.match(
    told,
    /greeter cannot start\. The settings are not valid:\n {2}- GREETING is required \(What it says\.\)/,
  );
  assert.equal(bad.exitCode ?? (await once(bad, 'exit'))[0], 1);
});

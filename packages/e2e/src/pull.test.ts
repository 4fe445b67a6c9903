import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { tied, until } from '@trunkline/testkit';
import { type Api, apiOf } from '../../../scripts/up/api.ts';
import { createPortal } from '../../portal-sdk/src/index.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

// A portal without an address, on the whole system: from an API key to verified events, by the program of the page for partners.

const root = resolve(import.meta.dirname, '../../..');
let demo: WholeDemo;
let api: Api;
let folder = '';

before(async () => {
  demo = await runDemo({ LOG_LEVEL: 'error' });
  api = apiOf(demo.gatewayUrl, demo.demo.apiKey);
  // Inside of the repository, so that its packages are found.
  await mkdir(join(root, '.trunkline'), { recursive: true });
  folder = await mkdtemp(join(root, '.trunkline', 'pull-'));
});

after(async () => {
  await demo?.[Symbol.asyncDispose]();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

interface Wanted {
  readonly portalId: string;
  readonly licenceKey: string;
}

/** A portal made by the command line, which gets what is written in the demo's channel. */
async function aPullingPortal(): Promise<Wanted> {
  const env = { ...process.env, TRUNKLINE_URL: demo.gatewayUrl, TRUNKLINE_API_KEY: demo.demo.apiKey };
  const args = ['scripts/portal.ts', 'add', '--pull', 'crm'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: root });
  const [, portalId = '', licenceKey = ''] = /portal +(\S+)[\s\S]*licence key +(tlk_\S+)/.exec(stdout) ?? [];
  const line = await api<{ id: string }>('DirectoryService/CreateLine', { idempotencyKey: 'l', name: 'L', portalId });
  const channelId = demo.demo.telegramChannelId ?? '';
  await api('DirectoryService/UpdateChannel', { channelId, lineId: line.id });
  return { portalId, licenceKey };
}

/** The program of the page, run as it stands there; gives its lines. */
async function runPage({ portalId, licenceKey }: Wanted) {
  const page = await readFile(join(root, 'docs/partners.md'), 'utf8');
  const program = /<!-- pull: begin -->\n```js\n([\s\S]*?)```/.exec(page)?.[1] ?? assert.fail('no program on the page');
  const file = join(folder, 'pull.mjs');
  await writeFile(file, program);
  const places = { GRPC: `127.0.0.1:${demo.grpc}`, CURSOR: join(folder, 'cursor.json') };
  const env = { ...process.env, ...places, KEY: demo.demo.apiKey, PORTAL: portalId, LICENCE_KEYS: licenceKey };
  const [command, args] = tied(process.execPath, [file], 'KILL');
  const child = spawn(command, args, { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  return { lines, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

/** A line begins with the event's sequence. */
const sequenceIn = (line: string) => line.slice(0, 20);

interface Backlog {
  readonly mode: string;
  readonly waiting: string;
  readonly headSequence: string;
  readonly deliveredSequence: string;
}

/** The cursor of a receiver whose own is lost, as the page for partners finds it. */
async function cursorFor(portalId: string): Promise<{ readonly sequence: string; readonly chain: string }> {
  const { deliveredSequence } = await backlogOf(portalId);
  const range = { portalId, fromSequence: deliveredSequence, toSequence: deliveredSequence };
  const { statement } = await api<{ statement: string }>('DeliveryService/VerifyRange', range);
  const { to, chain } = JSON.parse(Buffer.from(statement, 'base64').toString());
  return { sequence: to, chain };
}

const backlogOf = (portalId: string) => api<Backlog>('DeliveryService/GetBacklog', { portalId });

interface Batch {
  readonly body: string;
  readonly webhookId: string;
  readonly webhookTimestamp: string;
  readonly webhookSignature: string;
  readonly epoch: string;
  readonly isPrimary: boolean;
}

/** The first batches of a stream by HTTP, until so many events came. */
async function byHttp(request: object, bodies: number): Promise<Batch[]> {
  const leaving = new AbortController();
  const response = await fetch(`${demo.gatewayUrl}/v1/PortalService/Subscribe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.demo.apiKey}` },
    body: JSON.stringify(request),
    signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(30_000)]),
  });
  assert.equal(response.status, 200);
  const found: Batch[] = [];
  let text = '';
  for await (const chunk of response.body ?? assert.fail()) {
    text += Buffer.from(chunk).toString();
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    found.push(...lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Batch));
    if (found.filter(({ body }) => body !== '').length >= bodies) break;
  }
  leaving.abort();
  return found.filter(({ body }) => body !== '');
}

test('a portal without an address pulls: events come verified by gRPC, beside it by HTTP, and what is taken counts as delivered', async () => {
  const wanted = await aPullingPortal();
  const { portalId, licenceKey } = wanted;
  const { simulator } = demo;
  assert.ok(simulator);
  const person = simulator.person({ first_name: 'Anna', username: 'puller' });
  const printed = new Set<string>();
  {
    using page = await runPage(wanted);
    // A channel that changes its line may still be on its way there.
    await until(() => {
      simulator.write({ from: person.id, text: 'Do you deliver?' });
      return until(() => page.lines.some((line) => line.includes('Do you deliver?')), 2_000).then(
        () => true,
        () => false,
      );
    }, 60_000);
    assert.match(page.lines[0] ?? '', /^00000000000000000001 trunkline\./);
    // What it printed it acknowledges a moment later.
    await until(async () => (await backlogOf(portalId)).waiting === '0', 30_000);
    for (const line of page.lines) printed.add(sequenceIn(line));
  }
  // Restarted, it goes on behind its cursor, also behind one that was lost and is stated anew.
  await writeFile(join(folder, 'cursor.json'), JSON.stringify(await cursorFor(portalId)));
  using again = await runPage(wanted);
  simulator.write({ from: person.id, text: 'On Sundays?' });
  await until(() => again.lines.some((line) => line.includes('On Sundays?')), 30_000);
  assert.ok(!again.lines.some((line) => printed.has(sequenceIn(line))));
  const backlog = await until(async () => {
    const now = await backlogOf(portalId);
    return now.waiting === '0' && now;
  }, 30_000);
  assert.deepEqual([backlog.mode, backlog.deliveredSequence], ['PORTAL_MODE_PULL', backlog.headSequence]);

  const texts: string[] = [];
  const portal = createPortal<{ messageReceived?: { content?: { text?: { plain?: string } } } }>({
    licenceKeys: [licenceKey],
    onEvent: ({ data }) => void texts.push(data.messageReceived?.content?.text?.plain ?? ''),
    onNotice: () => {},
    onReplay: () => {},
  });
  const [batch] = await byHttp({ portalId, consumer: 'look', fromSequence: 1 }, 1);
  assert.ok(batch);
  const { body, webhookId, webhookTimestamp, webhookSignature, epoch, isPrimary } = batch;
  const headers = {
    'webhook-id': webhookId,
    'webhook-timestamp': webhookTimestamp,
    'webhook-signature': webhookSignature,
  };
  const answer = await portal.handle({ headers, rawBody: Buffer.from(body, 'base64') });
  assert.deepEqual([answer.status, isPrimary], [200, false]);
  assert.ok(texts.includes('Do you deliver?'));
  const taken = await api('PortalService/Acknowledge', { portalId, consumer: 'look', sequence: 1, epoch });
  assert.deepEqual(taken, { acknowledgedSequence: '1' });
  const { consumers } = await api<{ consumers: { name: string; role: string }[] }>('PortalService/ListConsumers', {
    portalId,
  });
  const roles = consumers.map(({ name, role }) => `${name} ${role}`);
  assert.deepEqual(roles, ['crm CONSUMER_ROLE_PRIMARY', 'look CONSUMER_ROLE_FOLLOWER']);
});

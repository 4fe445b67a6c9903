import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { act, type Driver, until } from '@trunkline/testkit';
import { type Api, ApiRefused } from '../../../scripts/up/api.ts';
import type { WholeDemo } from './running-demo.ts';

/** Words that somebody else puts where proofs stand: they are as good as secrets. */
const marks = { sig: 'signature-of-somebody-else', code: 'code-of-a-person-who-signs-in' } as const;

/** Everything that must stand in no log: of the channel, of its hook, of its sessions. */
export function secretsOf(driver: Driver): readonly string[] {
  const all = [...Object.values(driver.channel.secrets), ...driver.toldSecrets(), ...Object.values(marks)];
  // A number of six digits (WhatsApp's pin) stands in any log by chance.
  return all.filter((secret) => secret.length > 7);
}

/** Who has the channel, and where it is. */
export interface Troubled {
  readonly api: Api;
  readonly name: string;
  readonly driver: Driver;
  readonly channelId: string;
  readonly at: { readonly tenantId: string; readonly lineId: string };
  /** Writes to the person once more. */
  readonly answer: () => Promise<unknown>;
  /** Whether people sign in at it. */
  readonly canSignIn: boolean;
  /** Ends its platform. */
  readonly end: () => Promise<void>;
}

/** Whatever makes somebody log an error: strange and forged calls, refusals, a platform that is away, a signing in that fails. */
export async function goWrong({ end, ...troubled }: Troubled): Promise<void> {
  const { api, driver, channelId, answer } = troubled;
  const { client, sendMethod } = driver;
  const url = new URL(client.hookUrl() ?? assert.fail());
  url.searchParams.set('sig', marks.sig);
  url.searchParams.set('hub.verify_token', driver.toldSecrets()[0] ?? marks.sig);
  const secret = driver.toldSecrets()[0] ?? marks.sig;
  const strange = JSON.stringify({
    type: 'unheard_of',
    group_id: Number(client.id),
    event_id: '1',
    secret,
    sig: marks.sig,
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${marks.sig}` };
  for (const body of [strange, strange.slice(0, -2)]) await fetch(url, { method: 'POST', headers, body });
  await fetch(url);

  const { sentences } = client.troubles;
  if ('server_error' in sentences) {
    act(driver, 'fail', { kind: 'server_error', method: sendMethod });
    await answer();
    await until(() => client.troubles.armed().length === 0, 60_000);
  }
  for (const kind of ['refusal', 'server_error', 'cut_before'].filter((each) => each in sentences)) {
    act(driver, 'fail', { kind, times: 3 });
    await refused(api('DirectoryService/ReconnectChannel', { channelId }));
    act(driver, 'heal', {});
  }
  if (troubled.canSignIn) await signIn(troubled);
  await end();
  await refused(api('DirectoryService/ReconnectChannel', { channelId }));
}

/** Some connectors ask nothing on the way, so some orders go well. */
async function refused(asking: Promise<unknown>): Promise<void> {
  await asking.catch((error: unknown) => assert.ok(error instanceof ApiRefused, String(error)));
}

/** A person comes back with a code that the platform does not know: it is exchanged with the app's secret. */
async function signIn({ api, name, driver, at }: Pick<Troubled, 'api' | 'name' | 'driver' | 'at'>): Promise<void> {
  const { settings, secrets } = driver.channel;
  const { tenantId, lineId } = at;
  const begun = await api<{ authorizeUrl: string }>('DirectoryService/BeginSignIn', {
    ...{ tenantId, lineId, idempotencyKey: randomUUID(), connector: name, settingsJson: JSON.stringify(settings) },
    secrets: { appSecret: secrets.appSecret },
  });
  const asked = new URL(begun.authorizeUrl).searchParams;
  const back = new URL(asked.get('redirect_uri') ?? assert.fail());
  back.search = String(new URLSearchParams({ state: asked.get('state') ?? '', code: marks.code }));
  assert.equal((await fetch(back)).status, 200);
  const answered = await fetch(back, { method: 'POST' });
  assert.notEqual(answered.status, 200, 'the platform knows no such code');
}

/** Every line of every service's log, and what each tells of itself in numbers. */
export async function told({ logFolder, instances }: WholeDemo): Promise<readonly string[]> {
  const files = await readdir(logFolder);
  const logs = await Promise.all(files.map((file) => readFile(join(logFolder, file), 'utf8')));
  const pages = await Promise.all(
    instances.map(async ({ ports }) => (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()),
  );
  return [...logs, ...pages].flatMap((text) => text.split('\n'));
}

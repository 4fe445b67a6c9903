import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { type Connector, ConnectorError, type Sent, sendErrorCodes } from '@trunkline/adapter-kit';
import { SendOrder } from '@trunkline/contracts';
import { errorTable } from '@trunkline/runtime';
import type { FailureFixture } from './fixtures.ts';
import { createMemoryTools } from './memory-tools.ts';
import { fetchOf, jsonOf, type Platform, type PlatformAnswer, type PlatformRequest } from './platform-double.ts';
import type { Suite } from './subject.ts';

type Send<Settings> = NonNullable<Connector<Settings>['send']>;

const takesAll: Platform = () => ({ status: 200, body: { ok: true } });
const textOrder = {
  message: { id: 'm-1', message: { content: { text: { plain: 'hello' } } } },
  conversation: { platformId: '1', kind: 'CONVERSATION_KIND_PRIVATE' },
  parts: 1,
};

/** Checks every outgoing fixture: what the platform is asked, and what is refused before it is asked. */
export function testOutgoing<Settings>(suite: Suite<Settings>, send: Send<Settings>): void {
  const { channel, platform = takesAll, shown = plainly, knownOf = ({ known = {} }) => known } = suite;
  for (const [file, fixture] of suite.fixtures.outgoing) {
    if (suite.isWhole?.(fixture) === false) continue;
    test(`out/${file}: ${fixture.name}`, async () => {
      const asked: PlatformRequest[] = [];
      const tools = createMemoryTools({ fetch: fetchOf(platform, asked), known: knownOf(fixture) });
      const sending = send(SendOrder.fromJSON(fixture.order), channel, tools);
      if (fixture.expectError !== undefined) {
        await assert.rejects(sending, { name: 'ConnectorError', ...fixture.expectError });
        return;
      }
      checkSecrets(suite, await sending);
      assert.deepEqual(await shown(asked), fixture.expect ?? null);
    });
  }
}

/** Checks that every failure has its code, and with it the decision to try again and the certainty. */
export function testFailures<Settings>(suite: Suite<Settings>, send: Send<Settings>): void {
  const { answerOf = plainAnswer, usualOrder = textOrder, orderOf = () => usualOrder } = suite;
  for (const failure of suite.fixtures.failures) {
    const { code, retryAfterMs, scope, platformCode, alert = false } = failure.expect;
    const details = Object.entries({ retryAfterMs, scope, platformCode }).filter(([, value]) => value !== undefined);
    if (code === undefined) continue; // What the connector mends by itself is its own test.
    test(`errors: ${failure.name} is ${code}, ${decisionOf(code)}`, async (t) => {
      const error = await failureOf(suite, send, () => answerOf(failure), orderOf(failure));
      assert.equal(error.code, code);
      for (const [name, value] of details) assert.equal(Reflect.get(error, name), value, name);
      assert.equal(error.alert !== undefined, alert, 'does a person have to look after it?');
      if (platformCode === undefined && error.platformCode !== undefined)
        t.diagnostic(`its row does not say platformCode ${error.platformCode}: that would be taken for a new one`);
    });
  }
  test('errors: no connection is transient; a broken one is never taken for a failure', async () => {
    assert.equal((await failureOf(suite, send, () => 'unreachable', usualOrder)).code, 'transient');
    assert.equal((await failureOf(suite, send, () => 'cut', usualOrder)).code, 'unknown_outcome');
  });
  test('errors: a server error and an answer that is no JSON have a code too', async () => {
    for (const status of [500, 502, 503]) {
      const { code } = await failureOf(suite, send, () => ({ status, body: '<html>' }), usualOrder);
      assert.ok(code === 'transient' || code === 'unknown_outcome', code);
    }
  });
}

async function failureOf<Settings>(
  suite: Suite<Settings>,
  send: Send<Settings>,
  platform: () => PlatformAnswer,
  order: unknown,
): Promise<ConnectorError> {
  const tools = createMemoryTools({ fetch: fetchOf(platform) });
  const error: unknown = await send(SendOrder.fromJSON(order), suite.channel, tools).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ConnectorError, inspect(error));
  assert.ok((sendErrorCodes as readonly string[]).includes(error.code), `${error.code} is not for sending`);
  checkSecrets(suite, error);
  return error;
}

/** A secret stands in nothing that the connector says. */
export function checkSecrets<Settings>({ secrets }: Suite<Settings>, said: Sent | ConnectorError): void {
  const text = inspect(said, { depth: 10 });
  for (const secret of secrets) assert.ok(!text.includes(secret), 'a secret was told');
}

function decisionOf(code: string): string {
  const meaning = Object.hasOwn(errorTable, code) ? errorTable[code as keyof typeof errorTable] : undefined;
  const certainty = meaning?.certain === true ? 'nothing happened' : 'nobody knows';
  return `${meaning?.bus ?? 'unknown'}, ${certainty}`;
}

function plainAnswer({ answer }: FailureFixture): PlatformAnswer {
  return answer as PlatformAnswer;
}

async function plainly(requests: readonly PlatformRequest[]): Promise<unknown> {
  return await Promise.all(
    requests.map(async (request) => ({ method: request.method, url: request.url, body: await jsonOf(request) })),
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hook, RawCall, Tools } from '@trunkline/adapter-kit';
import { ChannelEvent, ids } from '@trunkline/contracts';
import { type IncomingFixture, rawCallOf, receivedAtMs } from './fixtures.ts';
import { createMemoryTools } from './memory-tools.ts';
import { fetchOf } from './platform-double.ts';
import { processorMs } from './processor-time.ts';
import type { Suite } from './subject.ts';

/** Checks every incoming fixture: proof, meaning, and that the same call always tells the same. */
export function testIncoming<Settings>(suite: Suite<Settings>, hook: Hook<Settings>): void {
  for (const [file, fixture] of suite.fixtures.incoming) {
    test(`in/${file}: ${fixture.name}`, async () => {
      const call = rawCallOf(fixture);
      await checkProof(suite, hook, call);
      if (fixture.expectError === undefined) checkMeaning(suite, hook, fixture, call);
      else assert.throws(() => hook.parse(call, suite.channel), { name: 'ConnectorError', ...fixture.expectError });
    });
  }
}

/** The most impatient messenger waits five seconds, and storing comes on top. */
const answerMs = 1_000;

async function checkProof<Settings>(suite: Suite<Settings>, hook: Hook<Settings>, call: RawCall): Promise<void> {
  const { channel, forge = withoutHeaders } = suite;
  const tools = proofTools(suite);
  assert.equal(await hook.verify(call, channel, tools), true, 'a genuine call is let in');
  for (const forged of forge(call))
    assert.equal(await isLetIn(hook, forged, channel, tools), false, 'a forged call is refused');
  if (suite.isProvedElsewhere !== true)
    assert.equal(
      await isLetIn(hook, call, withOtherSecrets(channel), tools),
      false,
      "another account's secrets let nothing in",
    );
}

/** What a proof may use: the platform's keys, as its double gives them, at the time when the fixtures' calls came. */
function proofTools<Settings>({ platform }: Suite<Settings>): Tools {
  const now = () => receivedAtMs;
  return createMemoryTools(platform === undefined ? { now } : { now, fetch: fetchOf(platform) });
}

/** The channel of another account: its secrets are others, whatever they are called. */
function withOtherSecrets<Settings>(channel: Suite<Settings>['channel']): Suite<Settings>['channel'] {
  const other = (name: string) => `another ${name}`;
  return { ...channel, secret: other, optionalSecret: other };
}

/** What the proof throws is a refusal too. */
async function isLetIn<Settings>(
  hook: Hook<Settings>,
  call: RawCall,
  channel: Suite<Settings>['channel'],
  tools: Tools,
): Promise<boolean> {
  try {
    return await hook.verify(call, channel, tools);
  } catch {
    return false;
  }
}

function checkMeaning<Settings>(
  { channel }: Suite<Settings>,
  hook: Hook<Settings>,
  { expect }: IncomingFixture,
  call: RawCall,
): void {
  const events = hook.parse(call, channel);
  const usedMs = processorMs(() => [hook.parse(call, channel), hook.answer?.(call, channel)]);
  assert.ok(usedMs < answerMs, 'it is understood and answered long before the messenger gives up');
  const told = hook.shared?.accounts(call) ?? 'all';
  const isOurs = told === 'all' || told.includes(channel.accountId) || events.length === 0;
  assert.ok(isOurs, 'at a shared address it finds its way to the account that it tells of');
  assert.deepEqual(
    events.map((event) => ChannelEvent.toJSON(event)),
    expect,
  );
  assert.deepEqual(hook.parse(call, channel), events, 'parsed twice it tells the same');
  const parsedFromBody = hook.parse({ ...call, headers: {}, query: {}, path: '' }, channel);
  assert.deepEqual(parsedFromBody, events, 'the body alone is enough, as when it is parsed again later');
  for (const event of events) checkEvent(event, channel.id);
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length, 'every event has an id of its own');
}

/** What every event promises, whatever it tells. */
export function checkEvent(event: ChannelEvent, channelId: string): void {
  assert.equal(event.id, ids.event(channelId, event.dedupeKey), 'the id follows from channel and dedupe key');
  assert.notEqual(event.dedupeKey, '');
  assert.notEqual(event.event, undefined, 'it tells something');
  assert.match(event.order?.key ?? '', /^\d{20}$/, 'its order key compares as text');
  assert.deepEqual(ChannelEvent.decode(ChannelEvent.encode(event).finish()), event, 'the bus carries it whole');
}

function withoutHeaders(call: RawCall): readonly RawCall[] {
  return [{ ...call, headers: {} }];
}

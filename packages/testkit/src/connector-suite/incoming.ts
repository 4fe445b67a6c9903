import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError, type Hook, type RawCall, type Tools } from '@trunkline/adapter-kit';
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
      else checkParking(suite, hook, fixture, call);
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
  const usedMs = processorMs(() => [hook.parse(call, channel), hook.answer?.(call, channel, createMemoryTools())]);
  assert.ok(usedMs < answerMs, 'it is understood and answered long before the messenger gives up');
  if (hook.shared !== undefined) checkShare(hook.shared, hook, { channel, call, events });
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

/** What is parked all the same tells what was understood of it. */
function checkParking<Settings>(
  { channel }: Suite<Settings>,
  hook: Hook<Settings>,
  { expect = [], expectError }: IncomingFixture,
  call: RawCall,
): void {
  const failure = failureOf(() => hook.parse(call, channel));
  assert.ok(failure instanceof ConnectorError, 'what is not understood is refused in words of the connector');
  assert.equal(failure.code, expectError?.code);
  assert.deepEqual(
    failure.understood.map((event) => ChannelEvent.toJSON(event)),
    expect,
  );
  for (const event of failure.understood) checkEvent(event, channel.id);
}

function failureOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

interface Told<Settings> {
  readonly channel: Suite<Settings>['channel'];
  readonly call: RawCall;
  readonly events: readonly ChannelEvent[];
}

/** At a shared address an account gets what is about it, and nobody gets what is about another. */
function checkShare<Settings>(
  shared: NonNullable<Hook<Settings>['shared']>,
  hook: Hook<Settings>,
  { channel, call, events }: Told<Settings>,
): void {
  const shareOf = shared.divide(call);
  const own = shareOf(channel.accountId);
  const toldByShare = own === undefined ? [] : hook.parse({ ...call, body: own }, channel);
  assert.deepEqual(toldByShare, events, 'the share of an account tells all that the call tells of it');
  const others = shareOf('an account that is not in the call');
  const strangers = { ...channel, accountId: 'an account that is not in the call' };
  const toldToOthers = others === undefined ? [] : hook.parse({ ...call, body: others }, channel);
  assert.equal(toldToOthers.length, hook.parse(call, strangers).length, 'nobody gets what is about another account');
}

/** What every event promises, whatever it tells. */
export function checkEvent(event: ChannelEvent, channelId: string): void {
  assert.equal(event.id, ids.event(channelId, event.dedupeKey), 'the id follows from channel and dedupe key');
  assert.notEqual(event.dedupeKey, '');
  assert.notEqual(event.event, undefined, 'it tells something');
  if (event.order !== undefined) assert.match(event.order.key, /^\d{20}$/, 'its order key compares as text');
  if (event.event?.$case === 'message') assert.notEqual(event.order, undefined, 'a message has its place');
  assert.deepEqual(ChannelEvent.decode(ChannelEvent.encode(event).finish()), event, 'the bus carries it whole');
}

function withoutHeaders(call: RawCall): readonly RawCall[] {
  return [{ ...call, headers: {} }];
}

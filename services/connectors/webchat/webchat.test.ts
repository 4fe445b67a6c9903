import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ChannelAccess, ConnectorHost } from '@trunkline/adapter-kit';
import { ConnectorError, createLimit } from '@trunkline/adapter-kit';
import { ChannelEvent, Media, SendOrder } from '@trunkline/contracts';
import { createMemoryTools, readFixtures, testCoverage } from '@trunkline/testkit';
import { logOf } from './entries.ts';
import { type ClientFrame, clientFrame } from './frames.ts';
import { visitorTopic } from './hints.ts';
import { send } from './send.ts';
import { type Settings, settings } from './settings.ts';
import { answered } from './socket.ts';
import { seenUpTo, takeFrame, takeReceipt, takeTyping, uploadKey } from './take.ts';
import type { Visitor } from './visitor.ts';

/** What a fixture says of its visitor, besides the frame. */
interface Told {
  readonly frame: unknown;
  readonly isFirst?: boolean;
  readonly isAnswered?: boolean;
  readonly found?: Visitor['found'];
  readonly user?: Visitor['user'];
  readonly upload?: unknown;
}

const fixtures = readFixtures(fileURLToPath(new URL('./fixtures', import.meta.url)));
const channel: ChannelAccess<Settings> = {
  ...{ id: '11111111-1111-5111-8111-111111111111', tenantId: 't-1', connector: 'webchat', accountId: 'c-1' },
  name: 'Site',
  settings: settings.parse({}),
  secret: () => '',
  optionalSecret: () => undefined,
};
const nowMs = 1_782_900_124_000;
const visitorId = 'v_1';
const nowhere = {
  page: { url: '', title: '', referrer: '' },
  ...{ utm: {}, yandexClientId: '', roistatVisitId: '', calltouchSessionId: '' },
};

/** A visitor over memory; what enters at the door is kept. */
async function desk({ isFirst, isAnswered, found = nowhere, user, upload }: Omit<Told, 'frame'> = {}, isDown = false) {
  const tools = createMemoryTools({ now: () => nowMs });
  const entered: ChannelEvent[] = [];
  const enter: ConnectorHost['enter'] = async (_channel, _raw, events) => {
    if (isDown) throw new ConnectorError('unavailable', 'the bus does not answer');
    entered.push(...events);
  };
  const host = { now: () => nowMs, tools: () => tools, enter } as Pick<ConnectorHost, 'now' | 'tools' | 'enter'>;
  const visitor: Visitor = { id: visitorId, lang: 'en', found, ...(user && { user }) };
  await tools.state.put(`visitor/${visitorId}`, visitor);
  if (upload !== undefined)
    await tools.state.put(uploadKey(visitorId, 'upload-01'), Media.toJSON(Media.fromJSON(upload)));
  const log = logOf(visitorId);
  // Two entries before: the conversation is begun.
  if (!isFirst) await tools.state.append(log, 'in:before', { from: 'visitor' });
  if (!isFirst)
    await tools.state.append(log, 'out:before', { from: 'operator', kind: isAnswered ? 'message' : 'edit' });
  return { of: { host: host as ConnectorHost<Settings>, channel, visitorId }, entered, tools };
}

async function take(frame: ClientFrame, of: Awaited<ReturnType<typeof desk>>['of']): Promise<void> {
  if (frame.t === 'typing') await takeTyping(frame.on, of);
  else if (frame.t === 'read') await takeReceipt('read', frame.upTo, of);
  else if ('cid' in frame) await takeFrame(frame, of);
}

testCoverage('Website chat', fixtures);

for (const [file, fixture] of fixtures.incoming) {
  const told = fixture as unknown as Told;
  test(`in/${file}: ${fixture.name}`, async () => {
    const { of, entered } = await desk(told);
    const frame = clientFrame.parse(told.frame);
    await take(frame, of);
    assert.deepEqual(
      entered.map((event) => ChannelEvent.toJSON(event)),
      fixture.expect,
    );
    const first = entered.splice(0);
    await take(frame, of);
    if (frame.t !== 'read') assert.deepEqual(entered, first, 'a frame that comes again tells the same');
  });
}

for (const [file, fixture] of fixtures.outgoing) {
  test(`out/${file}: ${fixture.name}`, async () => {
    const { of, tools } = await desk();
    const hints: string[] = [];
    tools.hints.listen(visitorTopic(visitorId), (hint) => hints.push(Buffer.from(hint).toString()), tools.signal);
    const lent = { ...tools, platformIdsOf: async (id: string) => fixture.known?.[id] ?? [] };
    const sending = async () => await send(SendOrder.fromJSON(fixture.order), channel, lent);
    if (fixture.expectError !== undefined) {
      await assert.rejects(sending, { name: 'ConnectorError', ...fixture.expectError });
      return;
    }
    const sent = await sending();
    assert.deepEqual(await sending(), sent, 'an order that is done twice is done once');
    const log = await tools.state.read(logOf(visitorId), 2, 10);
    const shown = { hint: hints[0], seen: await seenUpTo(of), log: log.map(({ entry }) => entry), ...sent };
    assert.deepEqual(shown, fixture.expect);
  });
}

for (const row of fixtures.failures) {
  const { frame, isMany, isDown } = row as unknown as { frame: unknown; isMany?: boolean; isDown?: boolean };
  test(`errors: ${row.name}`, async () => {
    const { of } = await desk({}, isDown);
    const limit = createLimit(isMany ? 0 : 5, 60);
    const read = clientFrame.parse(frame);
    assert.ok('cid' in read);
    assert.deepEqual(await answered(read, of, limit), row.expect);
  });
}

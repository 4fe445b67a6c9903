import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConnectorError, type ConnectorHost } from '@trunkline/adapter-kit';
import { ChannelEvent } from '@trunkline/contracts';
import { createMemoryTools, readFixtures, runConnectorSuite } from '@trunkline/testkit';
import { type FilledForm, readForm, readScript } from './filled-form.ts';
import forms from './index.ts';
import { formChannel } from './simulator/door.ts';
import { takeForm } from './take.ts';
import { writeToken } from './token.ts';

/** What a fixture says, besides what it expects. */
interface Told {
  readonly settings?: object;
  /** As the script sends it; its token is put in. */
  readonly script?: object;
  /** As a browser sends it without one. */
  readonly form?: Readonly<Record<string, string>>;
  /** The token: forged, of another way, too early, over, used by another form; a good one by default. */
  readonly token?: 'forged' | 'other way' | 'early' | 'over' | 'used';
  readonly isDown?: boolean;
  readonly isMany?: boolean;
}

const folder = fileURLToPath(new URL('./fixtures', import.meta.url));
const fixtures = readFixtures(folder);
const nowMs = 1_782_900_124_000;
const key = 'the key of the forms';

runConnectorSuite({
  connector: forms,
  fixturesFolder: folder,
  channel: formChannel(),
  secrets: [key],
  linkNames: ['consentUrl'],
});

/** A form's door over memory; what enters is kept. */
function desk({ settings = {}, isDown, isMany }: Told) {
  const tools = createMemoryTools({ now: () => nowMs });
  const entered: unknown[] = [];
  const enter: ConnectorHost['enter'] = async (_channel, _raw, events) => {
    if (isDown) throw new ConnectorError('unavailable', 'the bus does not answer');
    entered.push(...events.map((event) => ChannelEvent.toJSON(event)));
  };
  const channel = formChannel(settings);
  const waitMs = isMany ? 20_000 : 0;
  const limits = { sent: () => waitMs, taken: () => 0 };
  const host = { now: () => nowMs, tools: () => tools, enter };
  return { channel, entered, entry: { host, channel, address: '203.0.113.7', limits } };
}

/** What the fixture's visitor sends, and the way by which. */
function sent({ script, form, token: of }: Told, channelId: string) {
  const way = form === undefined ? ('script' as const) : ('page' as const);
  const other = way === 'page' ? ('script' as const) : ('page' as const);
  const fromMs = of === 'early' ? nowMs + 1_500 : nowMs - 60_000;
  const untilMs = of === 'over' ? nowMs - 1 : nowMs + 60_000;
  const made = writeToken({ id: 'token-0001', fromMs, untilMs, way: of === 'other way' ? other : way }, channelId, key);
  const token = of === 'forged' ? `${made.slice(0, -4)}0000` : made;
  const body =
    form === undefined ? JSON.stringify({ ...script, token }) : String(new URLSearchParams({ ...form, token }));
  const filled = (form === undefined ? readScript : readForm)(Buffer.from(body));
  assert.ok(!('code' in filled), JSON.stringify(filled));
  return { way, filled: filled satisfies FilledForm };
}

for (const [file, fixture] of fixtures.incoming) {
  const told = fixture as unknown as Told;
  test(`in/${file}: ${fixture.name}`, async () => {
    const { channel, entered, entry } = desk(told);
    const { filled, way } = sent(told, channel.id);
    const outcome = await takeForm(filled, { ...entry, way });
    assert.ok('taken' in outcome, JSON.stringify(outcome));
    assert.deepEqual(entered, fixture.expect);
    const first = entered.splice(0);
    assert.deepEqual(await takeForm(filled, { ...entry, way }), outcome);
    assert.deepEqual(entered, first, 'a form that comes again tells the same');
  });
}

for (const row of fixtures.failures) {
  const told = row as unknown as Told;
  test(`errors: ${row.name}`, async () => {
    const { channel, entered, entry } = desk(told);
    const { filled, way } = sent(told, channel.id);
    if (told.token === 'used')
      await takeForm({ ...filled, written: { phone: '+79123456780', message: 'before' } }, { ...entry, way });
    const before = entered.length;
    const outcome = await takeForm(filled, { ...entry, way });
    assert.ok('refusal' in outcome);
    const { token, ...said } = outcome.refusal;
    assert.deepEqual({ ...said, ...(token !== undefined && { hasToken: true }) }, row.expect);
    assert.equal(entered.length, before, 'nothing of it is stored');
  });
}

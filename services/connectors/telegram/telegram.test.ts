import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SendOrder } from '@trunkline/contracts';
import {
  createMemoryTools,
  type FailureFixture,
  fetchOf,
  jsonOf,
  type OutgoingFixture,
  type PlatformAnswer,
  type PlatformRequest,
  runConnectorSuite,
} from '@trunkline/testkit';
import { type Fixes, fixOf, isAsWished } from './errors.ts';
import connector from './index.ts';
import { send } from './send.ts';
import { startBot } from './testing/bot.ts';
import { channelFor } from './testing/desk.ts';

const token = '700100:token-that-must-not-be-told';
const hookSecret = 'Xk3_9-abc';
const channel = channelFor('https://api.telegram.org', token, hookSecret);
const group = { platformId: '-4001001', kind: 'CONVERSATION_KIND_GROUP' };

runConnectorSuite({
  connector,
  fixturesFolder: fileURLToPath(new URL('./fixtures', import.meta.url)),
  channel,
  secrets: [token, hookSecret],
  forge: (genuine) => [
    { ...genuine, headers: {} },
    { ...genuine, headers: { 'x-telegram-bot-api-secret-token': 'guessed' } },
  ],
  platform: takenBy,
  isWhole: (fixture) => !('refusal' in fixture),
  shown: ([request]) => shown(request),
  answerOf: ({ answer }) => refused(answer as Refusal)(),
  orderOf: (failure) => textTo('isInGroup' in failure ? group : undefined),
  strict: async () => {
    const bot = await startBot();
    const conversation = { platformId: String(bot.anna.id), kind: 'CONVERSATION_KIND_PRIVATE' };
    return {
      channel: bot.channel,
      conversations: { '': conversation },
      [Symbol.asyncDispose]: () => bot[Symbol.asyncDispose](),
    };
  },
});

function takenBy({ url }: PlatformRequest): PlatformAnswer {
  return { status: 200, body: { ok: true, result: resultOf(url.split('/').at(-1) ?? '') } };
}

function refused(answer: Refusal): () => PlatformAnswer {
  return () => ({ status: answer.error_code, body: answer });
}

function resultOf(method: string): unknown {
  if (method === 'sendMediaGroup') return [{ message_id: 415 }, { message_id: 416 }];
  return method.startsWith('send') ? { message_id: 415 } : true;
}

function textTo(conversation: object = { platformId: '5501234567', kind: 'CONVERSATION_KIND_PRIVATE' }): object {
  return { message: { message: { content: { text: { plain: 'hello' } } } }, conversation, parts: 1 };
}

/** A request as the fixtures show it; an upload of the suite holds the file's id. */
async function shown(request: PlatformRequest | undefined): Promise<unknown> {
  if (request === undefined) return null;
  const { body } = request;
  const method = request.url.split('/').at(-1);
  if (!(body instanceof FormData)) return { method, params: await jsonOf(request), uploads: [] };
  const fields = [...body].map(async ([field, value]) =>
    typeof value === 'string' ? { field, value } : { field, mediaId: await value.text() },
  );
  const all = await Promise.all(fields);
  const params = all.flatMap((one) => ('value' in one ? [[one.field, formValue(one.value)] as const] : []));
  return { method, params: Object.fromEntries(params), uploads: all.filter((one) => 'mediaId' in one) };
}

/** Forms know only text. */
function formValue(value: string): unknown {
  return /^-?[\d[{]|^true$/.test(value) ? (JSON.parse(value) as unknown) : value;
}

interface Refusal {
  readonly error_code: number;
  readonly description: string;
  readonly parameters?: { readonly migrate_to_chat_id?: number };
}

/** Of a row that the connector mends by itself. */
interface Mended {
  readonly fix?: Fixes;
  readonly isAsWished?: boolean;
}

const root = new URL('./fixtures/', import.meta.url);
const read = <Shape>(path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Shape;

for (const { name, answer, expect } of read<FailureFixture[]>('errors.json')) {
  test(`errors: ${name}: what is done about it`, () => {
    const { error_code: status, description, parameters } = answer as Refusal;
    const failure = { status, description, migrateToChatId: parameters?.migrate_to_chat_id?.toString() };
    const { fix, isAsWished: wished = false } = expect as Mended;
    assert.equal(isAsWished(failure), wished);
    assert.deepEqual(fixOf(failure, {}), fix);
    if (fix !== undefined) assert.equal(fixOf(failure, fix), undefined, 'it is tried once');
  });
}

for (const file of readdirSync(new URL('out/', root))) {
  const fixture = read<OutgoingFixture & { readonly refusal?: Refusal }>(`out/${file}`);
  const { name, order, known = {}, expect, refusal } = fixture;
  if (refusal === undefined) continue;
  test(`out/${file}: ${name}`, async () => {
    const asked: PlatformRequest[] = [];
    const answers = [refused(refusal), takenBy];
    const fetch = fetchOf((request) => (answers.shift() ?? takenBy)(request), asked);
    const tools = createMemoryTools({ fetch, known });
    const sent = await send(SendOrder.fromJSON(order), channel, tools);
    assert.equal(asked.length, 2);
    assert.deepEqual(await shown(asked[1]), expect);
    assert.equal(sent.migratedPlatformId, refusal.parameters?.migrate_to_chat_id?.toString());
  });
}

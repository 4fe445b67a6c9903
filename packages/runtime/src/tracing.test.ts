import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { TrunklineError } from './errors.ts';
import { createTracing } from './tracing.ts';

const sampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const unsampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

function recorded(ratio: number) {
  const spans: ReadableSpan[] = [];
  const exporter: SpanExporter = {
    export: (ended, done) => {
      spans.push(...ended);
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
  return { spans, tracing: createTracing({ service: 'sealer', instance: 's-1', ratio, exporter }) };
}

test('a span goes on where its parent is, hands its own context on, and is sent at the latest when tracing closes', async () => {
  const { spans, tracing } = recorded(0);
  const handed = await tracing.span('seal', { parent: sampled, kind: 'consumer' }, async (span) => span.traceparent);
  assert.match(handed ?? '', /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  assert.notEqual(handed, sampled);
  await tracing.close();
  assert.equal(spans.length, 1);
  assert.equal(spans[0]?.name, 'seal');
  assert.equal(spans[0]?.parentSpanContext?.spanId, 'b7ad6b7169203331');
  assert.equal(spans[0]?.resource.attributes['service.name'], 'sealer');
});

test('nothing begins without a parent but at a door, and nothing under an unsampled or broken parent', async () => {
  const { tracing } = recorded(1);
  const seen = async (options: Parameters<typeof tracing.span>[1]) =>
    await tracing.span('seal', options, async (span) => span.traceparent);
  assert.equal(await seen({}), undefined);
  assert.equal(await seen({ parent: unsampled }), undefined);
  assert.equal(await seen({ parent: 'rubbish' }), undefined);
  assert.equal(await seen({ parent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` }), undefined);
  assert.ok(await seen({ isRoot: true }));
  await tracing.close();
});

test('of what begins at a door, as many are sampled as the ratio says', async () => {
  const none = recorded(0);
  assert.equal(await none.tracing.span('seal', { isRoot: true }, async (span) => span.traceparent), undefined);
  const half = recorded(0.5);
  for (let count = 0; count < 1_000; count += 1) await half.tracing.span('seal', { isRoot: true }, async () => {});
  await Promise.all([none.tracing.close(), half.tracing.close()]);
  assert.equal(none.spans.length, 0);
  assert.ok(half.spans.length > 350 && half.spans.length < 650, `${half.spans.length} of 1,000`);
});

test('a batch goes on in the trace of its first traced item and is linked with the others', async () => {
  const { spans, tracing } = recorded(0);
  const other = '00-11111111111111111111111111111111-2222222222222222-01';
  const handed = await tracing.span('normalize', { links: ['', sampled, other] }, async (span) => span.traceparent);
  assert.match(handed ?? '', /^00-0af7651916cd43dd8448eb211c80319c-/);
  await tracing.close();
  assert.deepEqual(
    spans[0]?.links.map(({ context }) => context.spanId),
    ['b7ad6b7169203331', '2222222222222222'],
  );
});

test('the error of what runs inside passes through and its code stays in the span', async () => {
  const { spans, tracing } = recorded(1);
  const failing = tracing.span('seal', { isRoot: true }, async () => {
    throw new TrunklineError('unavailable', 'down');
  });
  await assert.rejects(failing, { code: 'unavailable' });
  await tracing.close();
  assert.equal(spans[0]?.attributes['error.type'], 'unavailable');
});

test('without a collector spans are sent nowhere, and their ids still join hops, logs and requests', async () => {
  const tracing = createTracing({ service: 'a', instance: 'a-1', ratio: 1 });
  const seen = async (options: Parameters<typeof tracing.span>[1]) =>
    await tracing.span('seal', options, async (span) => span.traceparent);
  assert.match((await seen({ parent: sampled })) ?? '', /^00-0af7651916cd43dd8448eb211c80319c-/);
  assert.match((await seen({ isRoot: true })) ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.equal(await seen({}), undefined);
  await tracing.close();
});

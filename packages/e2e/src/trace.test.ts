import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createProgress } from '../../../scripts/progress.mjs';
import { startAll } from '../../../scripts/start/servers.ts';
import { openPortalPage } from '../../../scripts/up/once/portal-page.ts';
import { hopsOf } from '../../../scripts/up/once/print-hops.ts';
import { newPerson } from '../../../scripts/up/once/telephone.ts';
import { startDemo } from '../../../scripts/up/start-demo.ts';
import { startOtlpReceiver } from './otlp-receiver.ts';

/** Spans of the way there and back, as `service name`. */
const way = [
  'telegram hook',
  'normalizer normalize',
  'sealer seal',
  'delivery deliver',
  'demo receive',
  'gateway portal reply',
  'sealer SealingService/Open',
  'normalizer MessageService/Submit',
  'telegram send',
];

test('one trace joins the hook call, the portal that handles the message, and the answer on its way to the messenger', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-trace-'));
  const ending = new AbortController();
  try {
    await using collector = await startOtlpReceiver();
    await using servers = await startAll(join(folder, 'servers'), createProgress(), ending);
    const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACE_RATIO: '1', LOG_LEVEL: 'warn' };
    await using demo = await startDemo({
      environment: { ...servers.environment, ...tracing },
      dataFolder: folder,
      logFolder: join(folder, 'logs'),
      signal: ending.signal,
    });
    assert.ok(demo.simulator);
    await using portal = await openPortalPage(demo.pageUrl);
    const person = newPerson(demo.simulator);

    person.write('Where is my order?');
    const received = await portal.received('Where is my order?');
    await portal.answer(received.conversationId, 'On its way');
    await person.received('On its way');

    const traceId = received.traceparent.split('-')[1];
    const joined = () => collector.spans.filter((span) => span.traceId === traceId);
    const missing = () => {
      const seen = joined().map(({ service, name }) => `${service} ${name}`);
      return way.filter((step) => !seen.includes(step));
    };
    await until(() => missing().length === 0, 30_000).catch(() => assert.deepEqual(missing(), []));
    // Every span has its place below the hook call: nothing begins anew on the way.
    const spanIds = () => new Set(joined().map(({ spanId }) => spanId));
    const beginnings = () => joined().filter(({ parentSpanId }) => !spanIds().has(parentSpanId));
    await until(() => beginnings().length === 1, 30_000);
    assert.deepEqual(
      beginnings().map(({ service, name, parentSpanId }) => [service, name, parentSpanId]),
      [['telegram', 'hook', '']],
    );
    // The passport names the same trace at every step of both messages.
    for (const id of portal.messageIds) {
      const hops = await until(async () => {
        const found = await hopsOf(demo.gatewayUrl, demo.demo.apiKey, id);
        return found.some(({ entry }) => entry.kind === 'delivery.attempted') && found;
      }, 30_000);
      for (const { entry } of hops) assert.equal(entry.traceparent.split('-')[1], traceId, entry.kind);
    }
  } finally {
    ending.abort();
    await rm(folder, { recursive: true, force: true });
  }
});

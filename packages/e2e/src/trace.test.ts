import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createProgress } from '../../../scripts/progress.mjs';
import { startAll } from '../../../scripts/start/servers.ts';
import { openPortalPage } from '../../../scripts/up/once/portal-page.ts';
import { newPerson } from '../../../scripts/up/once/telephone.ts';
import { startDemo } from '../../../scripts/up/start-demo.ts';
import { type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.ts';

test('one trace joins the hook call with the portal, and the answer with the messenger', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-trace-'));
  const ending = new AbortController();
  try {
    await using collector = await startOtlpReceiver();
    await using servers = await startAll(join(folder, 'servers'), createProgress(), ending);
    await using demo = await startDemo({
      environment: {
        ...servers.environment,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        TRACE_RATIO: '1',
        LOG_LEVEL: 'warn',
      },
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

    const inbound = traceIdOf(received.traceparent);
    const joined = () => servicesOf(collector.spans, inbound);
    await until(() => ['telegram', 'normalizer', 'sealer', 'delivery'].every((service) => joined().has(service)));

    const send = await until(() =>
      collector.spans.find(({ service, name }) => service === 'telegram' && /send/i.test(name)),
    );
    const back = () => servicesOf(collector.spans, send.traceId);
    await until(() => ['gateway', 'normalizer', 'telegram'].every((service) => back().has(service)));
  } finally {
    ending.abort();
    await rm(folder, { recursive: true, force: true });
  }
});

/** The services that worked in a trace, by spans of it or batches that link to it. */
function servicesOf(spans: readonly ReceivedSpan[], traceId: string): Set<string> {
  const joined = spans.filter((span) => span.traceId === traceId || span.links.includes(traceId));
  return new Set(joined.map(({ service }) => service));
}

function traceIdOf(traceparent: string | undefined): string {
  const traceId = traceparent?.split('-')[1];
  assert.ok(traceId, 'the event carries no trace');
  return traceId;
}

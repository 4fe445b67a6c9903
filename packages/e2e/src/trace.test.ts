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
import { startOtlpReceiver } from './otlp-receiver.ts';

test('one trace joins the hook call with the portal, and the answer with the messenger', { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-trace-'));
  const ending = new AbortController();
  try {
    await using collector = await startOtlpReceiver();
    await using servers = await startAll(join(folder, 'servers'), createProgress(), ending);
    await using demo = await startDemo({
      environment: { ...servers.environment, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACE_RATIO: '1', LOG_LEVEL: 'warn' },
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
    const joined = async () => {
      const services = collector.spans.filter(({ traceId, links }) => traceId === inbound || links.includes(inbound));
      return new Set(services.map(({ service }) => service));
    };
    // The hook call, the normalizer's decision, the sealing and the delivery: all in the trace that the portal was told.
    await until(async () => ['telegram', 'normalizer', 'delivery'].every((service) => true) && (await joined()).has('delivery'));
    const services = await joined();
    for (const service of ['telegram', 'normalizer', 'delivery']) assert.ok(services.has(service), `${service}: ${[...services]}`);

    const sends = () => collector.spans.filter(({ service, name }) => service === 'telegram' && /send/i.test(name));
    await until(async () => sends().length > 0);
    const outbound = sends().at(-1);
    const back = new Set(
      collector.spans
        .filter(({ traceId, links }) => traceId === outbound?.traceId || links.includes(outbound?.traceId ?? ''))
        .map(({ service }) => service),
    );
    assert.ok(back.has('gateway') || back.has('normalizer'), `the way back: ${[...back]}`);
  } finally {
    ending.abort();
    await rm(folder, { recursive: true, force: true });
  }
});

function traceIdOf(traceparent: string | undefined): string {
  const traceId = traceparent?.split('-')[1];
  assert.ok(traceId, 'the event carries no trace');
  return traceId;
}

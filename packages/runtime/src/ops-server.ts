import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** The port for those who run the platform. */
export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** What {@link startOpsServer} wants. */
export interface OpsServerOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly health: Health;
}

/**
 * Opens /metrics (Prometheus), /healthz (the process turns) and /readyz (it serves; what is not well is told in the body,
 * but does not make it unready: every instance would be, and nobody would be left to answer 503).
 */
export async function startOpsServer({ host, port, metrics, health }: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, metrics, health).catch(() => response.destroy());
  });
  server.requestTimeout = 10_000;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(url: string, response: ServerResponse, metrics: Metrics, health: Health): Promise<void> {
  switch (url.split('?')[0]) {
    case '/metrics':
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      response.end(await metrics.text());
      return;
    case '/healthz':
      return json(response, 200, { status: 'ok' });
    case '/readyz': {
      const reasons = Object.fromEntries(health.reasons);
      const status = !health.isReady ? 'not ready' : health.reasons.size > 0 ? 'degraded' : 'ok';
      return json(response, health.isReady ? 200 : 503, { status, reasons });
    }
    default:
      return json(response, 404, { status: 'not found' });
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

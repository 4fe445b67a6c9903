import type { Instance } from './environments.ts';
import type { Demo } from './seed.ts';

/** Where everything is. */
export interface Places {
  readonly pageUrl: string;
  readonly gatewayUrl: string;
  readonly grpc: number;
  readonly demo: Demo;
  readonly instances: readonly Instance[];
}

/** Says where to look: the demo page first, then one line to paste for each reader. */
export function printWelcome({ pageUrl, gatewayUrl, grpc, demo, instances }: Places): void {
  const metrics = instances.find(({ service }) => service === 'delivery')?.ports.metrics;
  const message = `{"idempotencyKey":"hello-1","message":{"conversationId":"<from the page>","message":{"content":{"text":{"plain":"Hello"}}}}}`;
  const key = `-H 'authorization: Bearer ${demo.apiKey}'`;
  console.log(`
  Trunkline runs.

    ${pageUrl}   the demo: write in the shop, see it arrive in the portal

  Partner      grpcurl -plaintext localhost:${grpc} list
               curl -s ${gatewayUrl}/v1/DeliveryService/GetBacklog ${key} --json '{"portalId":"${demo.portalId}"}'
               curl -s ${gatewayUrl}/v1/MessageService/Submit ${key} --json '${message}'
  SRE          npm run follow -- --last      npm run status      curl -s localhost:${metrics}/metrics
  Platform     npm start -- --processes --scale delivery=2

  The demo portal is on this machine: private addresses are allowed for portals and platforms here.
  Logs of the services: .trunkline/logs/   Data: .trunkline/data/ (npm start -- --reset forgets it)   Ctrl-C stops.
`);
}

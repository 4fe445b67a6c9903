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

/** Says where to look: the demo page first, then what each reader pastes into another terminal. Pure. */
export function welcome({ pageUrl, gatewayUrl, grpc, demo, instances }: Places): string {
  const metrics = instances.find(({ service }) => service === 'delivery')?.ports.metrics;
  const message = `{"idempotencyKey":"'$(date +%s)'","message":{"conversationId":"'$C'","message":{"content":{"text":{"plain":"Hello"}}}}}`;
  const submit = 'trunkline.message.v1.MessageService/Submit';
  return `
  Trunkline runs.

    ${pageUrl}   the demo: write in the shop, see it arrive in the portal

  Partner      grpcurl -plaintext localhost:${grpc} list
    when a     KEY=${demo.apiKey} C=$(npm run -s follow -- --last | awk '/^conversation/ {print $2}')
    message    grpcurl -plaintext -H "authorization: Bearer $KEY" -d '${message}' localhost:${grpc} ${submit}
    is there   curl -sH "authorization: Bearer $KEY" --json '${message}' ${gatewayUrl}/v1/MessageService/Submit
  SRE          npm run follow -- --last      npm run status      curl -s localhost:${metrics}/metrics
  Platform     npm start -- --processes --scale delivery=2

  The demo portal is on this machine: private addresses are allowed for portals and platforms here.
  Logs of the services: .trunkline/logs/   Data: .trunkline/data/ (npm start -- --reset forgets it)   Ctrl-C stops.
`;
}

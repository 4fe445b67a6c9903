import { addBridge, defineService, loadDescriptors, openApiDocument } from '@trunkline/runtime';
import { identityOf, partnerAccess } from './access.ts';
import { config } from './config.ts';
import { createInstances } from './domain/instances.ts';
import { forwarded } from './forward.ts';
import { isPublicMethod, publicServices } from './public-methods.ts';
import { passToConnectors } from './routes/connectors.ts';
import { serveFiles } from './routes/files.ts';
import { servePages } from './routes/pages.ts';
import { portalMessages } from './routes/portal-messages.ts';
import { serveSignIn } from './routes/sign-in.ts';

/** The gateway: the one public door. It proves who calls, hands on, and keeps nothing. */
export const gateway = defineService({
  name: 'gateway',
  config,
  uses: { bus: true, directory: true, files: true, rpc: true, http: true },
  start: async (runtime) => {
    const { http, rpc, clients, directory, files, log, metrics, tracing, now } = runtime;
    const { ADMINISTRATOR_KEY: administratorKey, FILES_KEY, CONNECTORS, PUBLIC_URL } = runtime.config;
    const access = partnerAccess({ directory, administratorKey, isPublic: isPublicMethod });
    const descriptors = loadDescriptors();
    const bridge = { log, metrics, tracing, now, access, descriptors, isPublic: isPublicMethod };
    for (const service of publicServices) {
      const methods = forwarded(service, clients);
      rpc.addService(service.definition, methods, access);
      addBridge(http, bridge, service.definition, methods);
    }
    const services = publicServices.map(({ definition }) => definition);
    const described = { title: 'Trunkline', version: '1', serverUrl: PUBLIC_URL, services, descriptors };
    const document = openApiDocument({ ...described, isPublic: isPublicMethod });
    http.get('/openapi.json', async () => document);
    portalMessages(http, { clients, directory, descriptors, tracing });
    serveFiles(http, files, FILES_KEY.reveal(), now);
    serveSignIn(http, clients);
    const whose = (authorization: string) => identityOf(authorization, { directory, administratorKey });
    await servePages(http, { clients, descriptors, identityOf: whose, now });
    await passToConnectors(http, createInstances(CONNECTORS, now));
  },
});

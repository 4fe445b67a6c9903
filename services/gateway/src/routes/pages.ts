import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { DeliveryServiceDefinition } from '@trunkline/contracts';
import {
  type Descriptors,
  everyTenant,
  type Identity,
  jsonCodecOf,
  nothingHere,
  type RpcClients,
  type Runtime,
} from '@trunkline/runtime';

const folder = new URL('../pages/', import.meta.url);
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Scripts and styles are our files alone, nobody frames the page, and nothing of it is kept. */
export const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What {@link servePages} wants. */
export interface Pages {
  readonly clients: RpcClients;
  readonly descriptors: Descriptors;
  /** Whose an `authorization` header is. Throws `unauthenticated`. */
  readonly identityOf: (authorization: string) => Identity;
  readonly now: () => number;
}

/**
 * The operations page, which shows nothing by itself: it asks the public methods with the key that a person types. And the
 * status page of a portal, which is there for everybody where the portal's settings say so, and else for its tenant.
 */
export async function servePages(http: Runtime<unknown>['http'], pages: Pages): Promise<void> {
  const files = await readFiles();
  http.get('/operations', async (_request, reply) => {
    const { type, bytes } = files.get('operations.html') ?? {};
    return reply
      .headers(pageHeaders)
      .type(type ?? '')
      .send(bytes);
  });
  http.get<{ Params: { name: string } }>('/operations/:name', async ({ params }, reply) => {
    const file = files.get(params.name);
    if (file === undefined) throw nothingHere();
    return reply.headers(pageHeaders).type(file.type).send(file.bytes);
  });
  const statusOf = createStatus(pages);
  http.get<{ Params: { portalId: string } }>('/status/:portalId', async ({ params, headers }, reply) => {
    await statusOf(params.portalId, headers.authorization);
    const { type, bytes } = files.get('status.html') ?? {};
    return reply
      .headers(pageHeaders)
      .type(type ?? '')
      .send(bytes);
  });
  http.get<{ Params: { portalId: string } }>('/status/:portalId/now', async ({ params, headers }, reply) => {
    const status = await statusOf(params.portalId, headers.authorization);
    return reply.headers(pageHeaders).type('application/json; charset=utf-8').send(JSON.stringify(status));
  });
}

/** Once, at the start: whatever is asked for later, nothing else can be read. */
async function readFiles(): Promise<ReadonlyMap<string, { readonly type: string; readonly bytes: Buffer }>> {
  const names = (await readdir(folder)).filter((name) => extname(name) in types);
  const files = names.map(async (name) => {
    const bytes = await readFile(new URL(name, folder));
    return [name, { type: types[extname(name)] ?? '', bytes }] as const;
  });
  return new Map(await Promise.all(files));
}

const keptMs = 2_000;
const mostKept = 1_000;

/** A portal's status as JSON. What everybody may see is asked for once in two seconds, however many look. */
function createStatus({ clients, descriptors, identityOf, now }: Pages) {
  const delivery = clients.of(DeliveryServiceDefinition, 'delivery');
  const codec = jsonCodecOf(descriptors, DeliveryServiceDefinition, DeliveryServiceDefinition.methods.getPortalStatus);
  const kept = new Map<string, { readonly untilMs: number; readonly status: Promise<unknown> }>();
  const ask = async (portalId: string, tenant: string, onlyPublic: boolean) =>
    codec.write(await delivery.getPortalStatus({ portalId, onlyPublic }, { tenant }));
  return async (portalId: string, authorization: string | undefined): Promise<unknown> => {
    if (authorization !== undefined) return await ask(portalId, identityOf(authorization).tenantScope, false);
    const found = kept.get(portalId);
    if (found !== undefined && found.untilMs > now()) return await found.status;
    kept.delete(portalId);
    const [oldest] = kept.size >= mostKept ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    const status = ask(portalId, everyTenant, true);
    kept.set(portalId, { untilMs: now() + keptMs, status });
    return await status;
  };
}

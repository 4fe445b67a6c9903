import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { until } from '@trunkline/testkit';
import { type Api, ApiRefused, apiOf } from '../../../scripts/up/api.ts';
import { type Cursor, createPortal } from '../../portal-sdk/src/index.ts';

/** What a portal was told, as the stories read it. */
export interface TenantEvent {
  readonly id: string;
  readonly conversation?: { readonly id: string };
  readonly contact?: { readonly source?: { readonly ref?: string } };
  readonly subscriptionChanged?: { readonly platformState?: string };
  readonly messageReceived?: {
    readonly content?: { readonly text?: { readonly plain?: string } };
  };
  readonly messageStatus?: {
    readonly messageId?: string;
    readonly state?: string;
    readonly error?: { readonly code: string; readonly text: string };
  };
}

/** A tenant with a portal and a line. */
export interface Company {
  readonly name: string;
  readonly tenantId: string;
  readonly portalId: string;
  readonly lineId: string;
  readonly api: Api;
  /** Everything that its portal was told, in order. */
  readonly told: readonly TenantEvent[];
  /** Words of the messages that its portal received. */
  readonly texts: () => readonly string[];
  /** Makes a channel of the network. */
  readonly channel: (publicName: string, code?: string, more?: object) => Promise<NetworkChannel>;
  /** Asks to send; gives our id of the message. */
  readonly submit: (message: object) => Promise<string>;
  /** What became of a message, once that is known. */
  readonly statusOf: (messageId: string) => Promise<NonNullable<TenantEvent['messageStatus']>>;
}

/** What the directory says of a channel. */
export interface NetworkChannel {
  readonly id: string;
  readonly accountName: string;
  readonly deepLink: string;
}

const key = () => ({ idempotencyKey: randomUUID() });

/** Makes a company on a running system; its portal listens until the stack is left. */
export async function aCompany(
  name: string,
  { administrator, gatewayUrl, stack }: { administrator: Api; gatewayUrl: string; stack: AsyncDisposableStack },
): Promise<Company> {
  const portal = await startPortal(stack);
  const { id: tenantId } = await administrator<{ id: string }>('DirectoryService/CreateTenant', { ...key(), name });
  const wanted = { ...key(), tenantId, name: 'Key' };
  const { secret } = await administrator<{ secret: string }>('DirectoryService/CreateApiKey', wanted);
  const api = apiOf(gatewayUrl, secret);
  await until(() => isKnown(api));
  const made = await api<{ portal: { id: string }; licenceKey: string }>('DirectoryService/CreatePortal', {
    ...{ ...key(), name: `CRM of ${name}`, url: portal.url, settings: { lingerMs: 1 } },
  });
  portal.licenceKeys.push(made.licenceKey);
  const { id: portalId } = made.portal;
  const { id: lineId } = await api<{ id: string }>('DirectoryService/CreateLine', { ...key(), name: 'Line', portalId });
  const statuses = () => portal.told.flatMap(({ messageStatus }) => messageStatus ?? []);
  return {
    ...{ name, tenantId, portalId, lineId, api, told: portal.told },
    texts: () => portal.told.flatMap(({ messageReceived }) => messageReceived?.content?.text?.plain ?? []),
    channel: async (publicName, code, more = {}) => {
      const settingsJson = JSON.stringify({ publicName, ...more });
      const secrets = code === undefined ? {} : { code };
      const about = { connector: 'network', lineId, name: `inside ${name}`, settingsJson, secrets };
      return await api<NetworkChannel>('DirectoryService/CreateChannel', { ...key(), ...about });
    },
    submit: async (message) =>
      (await api<{ messageId: string }>('MessageService/Submit', { ...key(), message })).messageId,
    statusOf: (messageId) => until(() => statuses().findLast((status) => status.messageId === messageId), 30_000),
  };
}

async function isKnown(api: Api): Promise<boolean> {
  return await api('DirectoryService/ListLines', {}).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiRefused && error.code === 'unauthenticated') return false;
      throw error;
    },
  );
}

async function startPortal(stack: AsyncDisposableStack) {
  const told: TenantEvent[] = [];
  const licenceKeys: string[] = [];
  let cursor: Cursor | undefined;
  const server = createServer(async (request, response) => {
    const portal = createPortal<TenantEvent>({
      licenceKeys,
      cursor: {
        load: async () => cursor,
        save: async (next) => {
          cursor = next;
        },
      },
      onEvent: ({ data }) => void told.push(data),
    });
    const { status, headers, body } = await portal.handle({ headers: request.headers, rawBody: await buffer(request) });
    response.writeHead(status, { ...headers }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, told, licenceKeys };
}

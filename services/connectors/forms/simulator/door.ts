import {
  type ChannelAccess,
  type ChannelState,
  ConnectorError,
  type ConnectorHost,
  type Kept,
} from '@trunkline/adapter-kit';
import { ChannelEvent } from '@trunkline/contracts';
import { createHttpServer, createLogger, createMetrics } from '@trunkline/runtime';
import { serve } from '../serve.ts';
import { type Settings, settings } from '../settings.ts';

/**
 * A form's door over memory. A form has no platform that could be imitated: its page is real, so this plays the other side,
 * the company behind it, and the door can be down.
 */
export interface FormDoor extends AsyncDisposable {
  /** Address of the form's page. */
  readonly url: string;
  /** Everything that was stored, as protobuf's JSON. */
  readonly entered: unknown[];
  /** The door takes, or cannot. */
  isDown: boolean;
  /** The clock is ahead by so much. */
  aheadMs: number;
}

/** How it starts. */
export interface FormDoorOptions {
  readonly settings?: object;
  readonly port?: number;
  readonly host?: string;
  /** Adds pages beside the form. */
  readonly beside?: (http: ConnectorHost['http'], door: FormDoor) => void;
}

/** Our id of the form's channel. */
export const channelId = '11111111-1111-5111-8111-111111111111';

/** The channel of a form with these settings. */
export function formChannel(set: object = {}): ChannelAccess<Settings> {
  const secret = () => 'the key of the forms';
  return {
    ...{ id: channelId, tenantId: 't-1', connector: 'forms', accountId: channelId, name: 'Site' },
    settings: settings.parse(set),
    ...{ secret, optionalSecret: secret },
  };
}

/** Starts it. Leaving the block stops it. */
export async function startFormDoor(options: FormDoorOptions = {}): Promise<FormDoor> {
  const { settings: set = {}, port = 0, host = '127.0.0.1', beside } = options;
  const log = createLogger({ service: 'forms', instance: 'f', level: 'silent' });
  const http = createHttpServer({ log, metrics: createMetrics({ service: 'forms', measuresProcess: false }) });
  const channel = formChannel(set);
  const now = () => Date.now() + door.aheadMs;
  const door = {
    url: '',
    entered: [] as unknown[],
    isDown: false,
    aheadMs: 0,
    [Symbol.asyncDispose]: () => http.close(),
  };
  const enter: ConnectorHost['enter'] = async (_channel, _raw, events) => {
    if (door.isDown) throw new ConnectorError('unavailable', 'the bus does not answer');
    door.entered.push(...events.map((event) => ChannelEvent.toJSON(event)));
  };
  const tools = { state: memoryState(now) } as ReturnType<ConnectorHost['tools']>;
  const lent = {
    http,
    get publicUrl() {
      return door.url;
    },
    now,
    enter,
    tools: () => tools,
    channel: (id: string) => (id === channelId ? channel : undefined),
  };
  await serve(lent as unknown as ConnectorHost<Settings>);
  beside?.(http, door);
  const address = await http.listen({ host, port });
  door.url = `${address}/hooks/forms/${channelId}`;
  return door;
}

/** Documents in memory, as far as a form keeps any. */
function memoryState(now: () => number): Pick<ChannelState, 'get' | 'put'> {
  const documents = new Map<string, Kept<unknown> & { readonly expiresAtMs: number }>();
  const live = (key: string) => {
    const found = documents.get(key);
    return found && found.expiresAtMs > now() ? found : undefined;
  };
  return {
    get: async <Value>(key: string) => live(key) as Kept<Value> | undefined,
    put: async (key, value, { ifRevision, expiresAtMs = Number.POSITIVE_INFINITY } = {}) => {
      const revision = live(key)?.revision ?? 0;
      if (ifRevision !== undefined && ifRevision !== revision) return false;
      documents.set(key, { value, revision: revision + 1, expiresAtMs });
      return true;
    },
  };
}

import { DirectoryServiceDefinition } from '@trunkline/contracts';
import { backoffMs, type Logger, pause, type RpcClients } from '@trunkline/runtime';
import { z } from 'zod';
import type { Connector } from '../connector.ts';

/** What telling about a connector needs. */
export interface RegisterParts {
  readonly name: string;
  readonly connector: Connector;
  /** Addresses of the platform are asked for only where there is a choice. */
  readonly platformHosts: readonly string[];
  readonly clients: RpcClients;
  readonly log: Logger;
}

/** JSON Schema of a channel's settings, as a person fills them in: what the console's form is made of. Pure. */
export function settingsSchemaOf(settings: z.ZodType, leftOut: readonly string[] = []): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(settings, { io: 'input' });
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !leftOut.includes(name));
  return { ...schema, ...(schema.properties && { properties: Object.fromEntries(properties) }) };
}

/** Tells the directory about the connector, until it has heard or the signal aborts. Never rejects. */
export async function registerConnector(parts: RegisterParts, signal: AbortSignal): Promise<void> {
  const { name, connector, platformHosts, clients, log } = parts;
  const directory = clients.of(DirectoryServiceDefinition, 'directory');
  const leftOut = platformHosts.length === 0 ? (connector.addressNames ?? []) : [];
  const { title, capabilities, capabilitiesByKind = {}, capabilitiesBySubchannel = {}, secretNames } = connector;
  const settingsSchema = JSON.stringify(settingsSchemaOf(connector.settings, leftOut));
  const carried = { capabilities, capabilitiesByKind, capabilitiesBySubchannel };
  const told = { name, title, ...carried, settingsSchema, secretNames: [...secretNames] };
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await directory.registerConnector({ connector: told }, { signal });
      log.info('The directory knows the connector');
      return;
    } catch (error) {
      log.warn('The directory could not be told of the connector yet', { error });
    }
    await pause(backoffMs(failures, 250, 10_000, Math.random()), signal);
  }
}

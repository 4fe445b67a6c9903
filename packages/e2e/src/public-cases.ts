import { randomUUID } from 'node:crypto';
import { mayCall } from '../../../packages/contracts/src/index.ts';
import { pathOf, type RpcDefinition, type RpcMethod } from '../../../packages/runtime/src/index.ts';
import { publicServices } from '../../../services/gateway/src/public-methods.ts';

/** A public method, and a request of it that names what the owner has. */
export interface Case {
  readonly definition: RpcDefinition;
  readonly method: RpcMethod;
  readonly short: string;
  readonly request: Record<string, unknown>;
}

/** What a request needs beside ids. */
const more: Readonly<Record<string, object>> = {
  'DirectoryService/CreateChannel': { connector: 'webchat' },
  'DirectoryService/UpdateTenant': { name: 'Stolen' },
  'DirectoryService/BeginSignIn': { connector: 'telegram' },
  'DirectoryService/CheckNumbers': { phones: ['+79990001122'] },
  'MessageService/Reparse': { connector: 'telegram' },
  'DeliveryService/Pause': { reason: 'Stolen' },
  'DeliveryService/Replay': { timeRange: { from: '2026-01-01T00:00:00Z' } },
  'DeliveryService/GetReplay': { number: 1 },
  'DeliveryService/CancelReplay': { number: 1 },
};

/** One for each public method, its fields filled in by their names. */
export function cases(things: Readonly<Record<string, string>>): Case[] {
  const methods = publicServices.flatMap(({ definition }) =>
    Object.values(definition.methods).map((method) => ({ definition, method })),
  );
  return methods
    .filter(({ definition, method }) => mayCall('gateway', pathOf(definition, method)))
    .map(({ definition, method }) => {
      const short = `${definition.name}/${method.name}`;
      const fields = Object.keys(method.requestType.fromPartial({} as never));
      // A tenant is named where it is the thing itself; elsewhere its own test names it.
      const named = fields.filter(
        (field) => things[field] && (field !== 'tenantId' || /^[A-Za-z]+Tenant$/.test(method.name)),
      );
      const request = {
        ...Object.fromEntries(named.map((field) => [field, things[field]])),
        ...(fields.includes('idempotencyKey') && { idempotencyKey: randomUUID() }),
        ...(fields.includes('name') && { name: 'Stolen' }),
        ...(short === 'AuditService/Follow' && { conversationId: things.conversationId }),
        ...(short === 'MessageService/Submit' && {
          message: { conversationId: things.conversationId, message: { content: { text: { plain: 'Stolen' } } } },
        }),
        ...more[short],
      };
      return { definition, method, short, request };
    });
}

import {
  AuditServiceDefinition,
  ContactServiceDefinition,
  DeliveryServiceDefinition,
  DirectoryServiceDefinition,
  MessageServiceDefinition,
  mayCall,
  PortalServiceDefinition,
} from '@trunkline/contracts';
import type { RpcDefinition } from '@trunkline/runtime';

/** A service that partners call, and where it is answered. */
export interface PublicService {
  readonly definition: RpcDefinition;
  readonly peer: string;
}

/** The services that partners call. */
export const publicServices: readonly PublicService[] = [
  { definition: DirectoryServiceDefinition, peer: 'directory' },
  { definition: MessageServiceDefinition, peer: 'normalizer' },
  { definition: ContactServiceDefinition, peer: 'normalizer' },
  { definition: DeliveryServiceDefinition, peer: 'delivery' },
  { definition: PortalServiceDefinition, peer: 'delivery' },
  { definition: AuditServiceDefinition, peer: 'audit' },
];

/** True for a method that partners may call: of these services, those that the table of rights lets the gateway call. */
export function isPublicMethod(method: string): boolean {
  const service = method.replace(/^\//, '').split('/')[0];
  return publicServices.some(({ definition }) => definition.fullName === service) && mayCall('gateway', method);
}

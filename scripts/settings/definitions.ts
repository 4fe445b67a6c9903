import { resolve } from 'node:path';
import { connectorService } from '../../packages/adapter-kit/src/index.ts';
import { isCoreService } from '../../packages/contracts/src/index.ts';
import type { ServiceDefinition } from '../../packages/runtime/src/index.ts';

/** Loads the definition of a service or connector by its name. Throws when its folder defines none. */
export async function definitionOf(name: string): Promise<ServiceDefinition> {
  if (!isCoreService(name) && name !== 'demo')
    return connectorService(name, resolve('services/connectors')) as ServiceDefinition;
  const module: Record<string, ServiceDefinition> = await import(resolve(`services/${name}/src/service.ts`));
  const definition = Object.values(module).find((each) => each.name === name);
  if (!definition) throw new Error(`services/${name}/src/service.ts defines no service of that name.`);
  return definition;
}

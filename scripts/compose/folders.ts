import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { connectorNames } from '../start/users.ts';

/** What there is to run, as the folders of services/ say. */
export interface ServiceFolders {
  /** Services that are not connectors. */
  readonly services: readonly string[];
  readonly connectors: readonly string[];
  /** Connectors whose platform can be played. */
  readonly simulators: readonly string[];
}

/** Lists the folders. The demo is not among the services: it comes with its own profile. */
export function serviceFolders(): ServiceFolders {
  const services = globSync('services/*/src/main.ts').map((path) => basename(dirname(dirname(path))));
  const simulators = globSync('services/connectors/*/simulator/main.ts').map((path) =>
    basename(dirname(dirname(path))),
  );
  return {
    services: services.filter((name) => name !== 'demo').toSorted(),
    connectors: connectorNames().toSorted(),
    simulators: simulators.toSorted(),
  };
}

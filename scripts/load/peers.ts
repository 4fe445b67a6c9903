import { isCoreService, rightsOf } from '../../packages/contracts/src/index.ts';

/** Where the methods are answered that services may call of each other; ConnectorService by every connector. */
const homes: Readonly<Record<string, string>> = {
  MessageService: 'normalizer',
  ContactService: 'normalizer',
  SealingService: 'sealer',
  DeliveryService: 'delivery',
  PortalService: 'delivery',
  DirectoryService: 'directory',
  SignInService: 'directory',
  AuditService: 'audit',
};

/** Of these services those that one of them may call by gRPC, as the table of rights says. Pure; throws of a call whose home nobody knows. */
export function peersOf(service: string, all: readonly string[]): ReadonlySet<string> {
  const connectors = all.filter((name) => !isCoreService(name));
  const { calls = [] } = rightsOf(service, connectors);
  return new Set(
    calls.flatMap((call) => {
      const [called = ''] = call.split('/');
      if (called === 'ConnectorService') return connectors;
      const home = homes[called];
      if (home === undefined) throw new Error(`nobody knows who answers ${call}`);
      return home;
    }),
  );
}

import { coreServices, natsPermissions } from '../../packages/contracts/src/index.ts';
import { passwordVariable } from './settings.ts';

/**
 * The users.conf of a NATS server: an administrator, and one user for each service with the rights that the table gives it.
 * Passwords stay outside: the server reads them (bcrypt hashes) from its environment. Pure.
 */
export function natsUsersConf(connectors: readonly string[]): string {
  const services = [...coreServices, ...connectors].map((service) => {
    const { publish, subscribe } = natsPermissions(service, connectors);
    return [
      '    {',
      `      user: ${service}`,
      `      password: $${passwordVariable('NATS', service)}`,
      '      permissions: {',
      `        publish: { allow: ${JSON.stringify(publish.allow)} }`,
      `        subscribe: { allow: ${JSON.stringify(subscribe.allow)} }`,
      '      }',
      '    }',
    ].join('\n');
  });
  const infra = `    { user: infra, password: $${passwordVariable('NATS', 'infra')} }`;
  const lines = ['# Written by `node scripts/infra.ts users`; made anew when a connector comes or goes.'];
  // Not the usual 2: while a whole installation starts on one machine, a service may be slow to say who it is.
  return [...lines, 'authorization {', '  timeout: 10', '  users: [', infra, ...services, '  ]', '}', ''].join('\n');
}

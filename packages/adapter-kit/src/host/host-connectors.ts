import { runService } from '@trunkline/runtime';
import { connectorNames } from './discovery.ts';
import { connectorService } from './service.ts';

/**
 * Hosts the connectors of a folder that CONNECTORS names ("telegram,webchat"), or all of them, until the process is asked to
 * end. Each is a service of its own, with its own users and ports: where several share the process, a variable with the
 * connector's name in front is for it alone (TELEGRAM_HTTP_PORT). Called by services/connectors/main.ts.
 */
export async function hostConnectors(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const wanted = (env.CONNECTORS ?? '').split(',').filter((name) => name !== '');
  const names = wanted.length > 0 ? wanted : await connectorNames(folder);
  await Promise.all(names.map((name) => runService(connectorService(name, folder), environmentOf(name, env))));
}

function environmentOf(name: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const prefix = `${name.toUpperCase()}_`;
  const own = Object.entries(env).filter(([variable]) => variable.startsWith(prefix));
  return { ...env, ...Object.fromEntries(own.map(([variable, value]) => [variable.slice(prefix.length), value])) };
}

import { connectorNames, connectorService } from '@trunkline/adapter-kit';
import { runService } from '@trunkline/runtime';

/**
 * Hosts the connectors that CONNECTORS names ("telegram,webchat"), or all of this folder. Each is a service of its own, with
 * its own users and ports: where several share the process, a variable with the connector's name in front is for it alone
 * (TELEGRAM_HTTP_PORT).
 */
const folder = import.meta.dirname;
const wanted = (process.env.CONNECTORS ?? '').split(',').filter((name) => name !== '');
const names = wanted.length > 0 ? wanted : await connectorNames(folder);

await Promise.all(names.map((name) => runService(connectorService(folder, name), environmentOf(name))));

function environmentOf(name: string): NodeJS.ProcessEnv {
  const prefix = `${name.toUpperCase()}_`;
  const own = Object.entries(process.env).filter(([variable]) => variable.startsWith(prefix));
  return {
    ...process.env,
    ...Object.fromEntries(own.map(([variable, value]) => [variable.slice(prefix.length), value])),
  };
}

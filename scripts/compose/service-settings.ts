import type { ServiceFolders } from './folders.ts';

const PUBLIC_URL = ofTheHost('PUBLIC_URL', `http://localhost:${ofTheHost('HTTP_PORT', '8080')}`);

/** Settings of a service that everybody may see; its secrets come as a file of its own. Pure. */
export function clearSettings(name: string, { connectors }: ServiceFolders): Record<string, string> {
  const own: Record<string, Record<string, string>> = {
    // Hooks go to the public address; without one connectors fetch updates themselves.
    directory: { PUBLIC_URL: ofTheHost('PUBLIC_URL') },
    normalizer: { PUBLIC_URL },
    sealer: { PUBLIC_URL },
    delivery: { ALLOW_PRIVATE_PORTALS: ofTheHost('ALLOW_PRIVATE_PORTALS') },
    gateway: {
      ...{ PUBLIC_URL, TRUSTED_PROXIES: ofTheHost('TRUSTED_PROXIES') },
      CONNECTORS: connectors.map((each) => `${each}=http://${each}:8080`).join(','),
    },
    audit: { KAFKA_BROKERS: 'kafka:9092', CONNECTORS: connectors.join(',') },
    janitor: { CONNECTORS: connectors.join(',') },
  };
  if (!connectors.includes(name)) return own[name] ?? {};
  return {
    PLATFORM_HOSTS: ofTheHost('PLATFORM_HOSTS'),
    ...{ CONNECTORS: name, PUBLIC_URL, ALLOW_PRIVATE_PLATFORMS: ofTheHost('ALLOW_PRIVATE_PLATFORMS', 'false') },
    ALLOW_PRIVATE_PORTALS: ofTheHost('ALLOW_PRIVATE_PORTALS'),
  };
}

/** What the person who starts it has set, in the environment or an environment file. */
function ofTheHost(variable: string, otherwise = ''): string {
  return `\${${variable}:-${otherwise}}`;
}

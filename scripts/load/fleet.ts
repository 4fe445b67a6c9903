import { type Api, apiOf } from '../up/api.ts';

/** Portals that messages are sent to, by number, each with a bot of its own. */
export interface Fleet {
  readonly portals: readonly FleetPortal[];
}

/** A portal of a load run. */
export interface FleetPortal {
  /** `p1`, `p2`, …: its path at the judge, and what its messages' marks say. */
  readonly name: string;
  readonly id: string;
  readonly tenantId: string;
  readonly licenceKey: string;
  readonly botToken: string;
  /** The bot's channel. */
  readonly channelId: string;
}

/** What the fleet is made on. */
export interface FleetOptions {
  readonly gatewayUrl: string;
  readonly administratorKey: string;
  /** Address of the messenger's side. */
  readonly platformUrl: string;
  /** Address of a portal's receiver. */
  readonly urlOf: (name: string) => string;
  readonly count: number;
  readonly lingerMs: number;
  /** Other settings of a portal, by its number from 1; none by default. */
  readonly settingsOf?: ((number: number) => object) | undefined;
  /** Hears how many are made. */
  readonly onProgress?: (made: number) => void;
}

/** Portals of one tenant: real ones have few, and tenants spread over the lanes. */
const portalsOfTenant = 5;
const atOnce = 12;

interface Named {
  readonly id: string;
}

/** Makes tenants, portals, lines and channels by the public API, as a partner would. */
export async function makeFleet(options: FleetOptions): Promise<Fleet> {
  const api = apiOf(options.gatewayUrl, options.administratorKey);
  const portals: FleetPortal[] = [];
  const numberOf = ({ name }: FleetPortal) => Number(name.slice(1));
  const tenants = Array.from({ length: Math.ceil(options.count / portalsOfTenant) }, (_, index) => index);
  const work = async () => {
    for (let tenant = tenants.shift(); tenant !== undefined; tenant = tenants.shift()) {
      const { id } = await api<Named>('DirectoryService/CreateTenant', order(`tenant ${tenant}`, {}));
      const first = tenant * portalsOfTenant + 1;
      for (let number = first; number < first + portalsOfTenant && number <= options.count; number += 1) {
        portals.push(await makePortal(api, id, number, options));
        options.onProgress?.(portals.length);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { portals: portals.toSorted((a, b) => numberOf(a) - numberOf(b)) };
}

async function makePortal(api: Api, tenantId: string, number: number, options: FleetOptions): Promise<FleetPortal> {
  const name = `p${number}`;
  const settings = { lingerMs: options.lingerMs, ...options.settingsOf?.(number) };
  const { portal, licenceKey } = await api<{ portal: Named; licenceKey: string }>(
    'DirectoryService/CreatePortal',
    order(`portal ${name}`, { tenantId, url: options.urlOf(name), settings }),
  );
  const line = await api<Named>(
    'DirectoryService/CreateLine',
    order(`line ${name}`, { tenantId, portalId: portal.id }),
  );
  const botToken = `${1_000_000 + number}:load`;
  const channel = {
    ...{ tenantId, connector: 'telegram', lineId: line.id },
    settingsJson: JSON.stringify({ apiUrl: options.platformUrl }),
    secrets: { token: botToken },
  };
  const { id: channelId } = await api<Named>('DirectoryService/CreateChannel', order(`channel ${name}`, channel));
  return { name, id: portal.id, tenantId, licenceKey, botToken, channelId };
}

function order<Fields extends object>(name: string, fields: Fields) {
  return { idempotencyKey: `load/${name}`, name, ...fields };
}

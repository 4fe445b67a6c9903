import type { Field } from '../load/field.ts';
import { apiOf } from '../up/api.ts';

const atOnce = 12;

/** Sets how long every portal's batch waits to be fuller, as an administrator would. */
export async function setLinger({ installation, portals }: Field, lingerMs: number): Promise<void> {
  const api = apiOf(installation.gatewayUrl, installation.administratorKey);
  const waiting = [...portals];
  const work = async () => {
    for (let portal = waiting.shift(); portal !== undefined; portal = waiting.shift())
      await api('DirectoryService/UpdatePortal', { portalId: portal.id, settings: { lingerMs } });
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

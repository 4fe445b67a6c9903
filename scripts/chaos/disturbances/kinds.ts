import { apiOf } from '../../up/api.ts';
import { settingsOf, strandsBy } from '../kinds.ts';
import { type Disturbance, pause } from './disturbance.ts';

const tries = 10;
const againMs = 500;

/** A portal whose operators change how many requests it gets at once, while its events are under way. */
export const changeKind: Disturbance = {
  name: 'a portal of another kind',
  weight: 4,
  run: async ({ portals, installation }, { chance, tell, claim, changing }) => {
    using claimed = claim(changing);
    const portal = portals.find(({ name }) => name === claimed?.name);
    // Drawn whether they are needed or not: what is drawn next does not depend on it.
    const kind = chance.below(3) > 0 ? 'parallel' : 'sequential';
    const strands = strandsBy(chance);
    if (portal === undefined) return false;
    const settings = settingsOf(kind, strands);
    const api = apiOf(installation.gatewayUrl, installation.administratorKey);
    for (let tried = 0; tried < tries; tried += 1) {
      try {
        await api('DirectoryService/UpdatePortal', { portalId: portal.id, settings });
        tell(`${portal.name} is ${kind === 'parallel' ? `parallel, in ${strands} strands,` : kind} from now on`);
        return true;
      } catch {
        // Whoever would say so may be down.
        await pause(againMs);
      }
    }
    return false;
  },
};

import { apiOf } from '../../up/api.ts';
import { settingsOf, strandsBy } from '../kinds.ts';
import { type Disturbance, insist } from './disturbance.ts';

const tries = 10;

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
    const isDone = await insist(() => api('DirectoryService/UpdatePortal', { portalId: portal.id, settings }), tries);
    if (isDone)
      tell(`${portal.name} is ${kind === 'parallel' ? `parallel, in ${strands} strands,` : kind} from now on`);
    return isDone;
  },
};

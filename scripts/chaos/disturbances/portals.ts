import { type Fault, faults } from '../../load/judge/faults.ts';
import { apiOf } from '../../up/api.ts';
import { asReceiver, type Disturbance, insist, type Means, pause } from './disturbance.ts';

const most = 3;
const resumeTries = 10;
/** An address must come back, whatever else is down at that moment. */
const addressTries = 120;
/** By then a pause is written down whose answer came last. */
const pausedByMs = 1_000;
/** From those a portal gets well by itself. */
const passing = faults.filter((fault) => fault !== 'gone');

/** Portals that answer wrongly, late or not at all, each in its own way. */
export const sickPortals: Disturbance = {
  name: 'portals that misbehave',
  weight: 6,
  run: async ({ portals, judge }, { chance, tell, claim }) => {
    using claims = new DisposableStack();
    const ms = drawnMs(chance);
    const sick = new Map<string, Fault>();
    for (let count = 1 + chance.below(most); count > 0; count -= 1) {
      const fault = chance.pick(passing) ?? 'failing';
      const claimed = claim(portals.map(({ name }) => asReceiver(name)));
      const portal = portals.find(({ name }) => asReceiver(name) === claimed?.name);
      if (claimed === undefined || portal === undefined) continue;
      claims.use(claimed);
      sick.set(portal.name, fault);
    }
    if (sick.size === 0) return false;
    tell(`${[...sick].map(([name, fault]) => `${name} ${fault}`).join(', ')} for ${ms} ms`);
    await judge.ask('misbehave', Object.fromEntries(sick));
    await pause(ms);
    await judge.ask('misbehave', Object.fromEntries([...sick.keys()].map((name) => [name, null])));
    return true;
  },
};

/** A portal that says that it is switched off, and is paused until a person resumes it. */
export const switchedOff: Disturbance = {
  name: 'a portal that is switched off',
  weight: 2,
  run: async ({ portals, judge, installation }, { chance, tell, claim, gone }) => {
    using claimed = claim(portals.map(({ name }) => asReceiver(name)));
    const ms = drawnMs(chance);
    const portal = portals.find(({ name }) => asReceiver(name) === claimed?.name);
    if (portal === undefined) return false;
    const { id, name } = portal;
    gone(id);
    tell(`${name} says that it is switched off, for ${ms} ms`);
    await judge.ask('misbehave', { [name]: 'gone' });
    await pause(ms);
    await judge.ask('misbehave', { [name]: null });
    await pause(pausedByMs);
    const api = apiOf(installation.gatewayUrl, installation.administratorKey);
    // What is paused after that is resumed in the end.
    if (await insist(() => api('DeliveryService/Resume', { portalId: id }), resumeTries))
      tell(`${name} is back, and a person resumes it`);
    return true;
  },
};

/** A portal whose name nobody knows, or that has no TLS where its address says so. */
export const wrongAddress: Disturbance = {
  name: 'a portal at a wrong address',
  weight: 2,
  run: async ({ portals, judgeUrl, installation }, { chance, tell, claim, guaranteed }) => {
    using claimed = claim(guaranteed.map(asReceiver));
    const isNameless = chance.below(2) === 0;
    const ms = drawnMs(chance);
    const portal = portals.find(({ name }) => asReceiver(name) === claimed?.name);
    if (portal === undefined) return false;
    const right = `${judgeUrl}/${portal.name}`;
    const wrong = isNameless ? 'http://nobody.invalid/' : right.replace(/^http:/, 'https:');
    const api = apiOf(installation.gatewayUrl, installation.administratorKey);
    const move = (url: string) => api('DirectoryService/UpdatePortal', { portalId: portal.id, url });
    tell(`${portal.name} is at ${wrong} for ${ms} ms: ${isNameless ? 'a name that nobody knows' : 'TLS is broken'}`);
    const isDone = await insist(() => move(wrong), resumeTries);
    await pause(ms);
    // Also where nobody said that it was moved: it may be all the same.
    if (!(await insist(() => move(right), addressTries)))
      throw new Error(`${portal.name} could not be given its address back`);
    return isDone;
  },
};

function drawnMs(chance: Means['chance']): number {
  return 1_000 + chance.below(5_000);
}

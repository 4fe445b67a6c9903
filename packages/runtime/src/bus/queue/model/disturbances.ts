import { consumerNames } from './puller.ts';
import { moods } from './receiver.ts';
import { askReplay } from './replays.ts';
import type { World } from './world.ts';
import { purge, recordsOf } from './world-log.ts';

/** An event that is refused without its name costs a replay a minute: more would only take longer. */
const mostReplays = 3;

const disturbances: readonly ((world: World) => void)[] = [
  (world) => changeMood(world),
  (world) => changeMood(world),
  (world) => changeMood(world),
  // Killed; another takes over at once.
  (world) => {
    const owner = world.chance.pick(world.owners.filter((it) => it.isAlive));
    if (owner !== undefined) owner.isAlive = false;
    world.start();
  },
  // Two owners, both told by their lease to go on.
  (world) => void world.start(),
  // A clean stop.
  (world) => {
    world.chance.pick(world.owners)?.lease.abort();
    world.start();
  },
  // A lease that cannot be confirmed, or can again.
  (world) => {
    const owner = world.owners.at(-1);
    if (owner !== undefined) owner.leaseAgeMs = owner.leaseAgeMs === 0 ? 3_000 : 0;
  },
  // A person pauses, or resumes and wants it to be tried at once.
  (world) => {
    const id = anyPortal(world);
    if (world.paused.delete(id)) world.resumedAtMs.set(id, world.time.clock.wallMs());
    else world.paused.set(id, 'a person');
  },
  // Somebody wants what was given up to be sent again; more may be given up meanwhile.
  askSome,
  askSome,
];

const keyDisturbances: readonly ((world: World) => void)[] = [
  // A new key that nobody added to a receiver yet.
  (world) => {
    world.sealer.rotate();
    for (const id of world.portals.keys()) world.resumedAtMs.set(id, world.time.clock.wallMs());
  },
  // A receiver gets the newest key, with the others or instead of them; or a bad deployment takes all of them.
  (world) => {
    const kids = world.chance.pick([...world.portals.values()])?.kids;
    if (kids === undefined) return;
    if (world.chance.happens(0.5)) kids.clear();
    if (world.chance.happens(0.8)) kids.add(world.sealer.kids.at(-1) ?? '');
  },
  (world) => world.sealer.deleteOldest(),
];

/** The janitor removes what is older than hours: by then no former owner is left. */
export function clean({ owners, servers }: World): void {
  const alive = owners.filter(({ isAlive, hasEnded }) => isAlive && !hasEnded).map(({ name }) => name);
  if (alive.length === 1 && recordsOf(servers).at(-1)?.owner === alive[0]) purge(servers);
}

function askSome(world: World): void {
  const id = world.chance.pick([...world.portals.keys()].filter((each) => (world.kept.get(each)?.size ?? 0) > 0));
  if (id === undefined || (world.replays.get(id)?.length ?? 0) >= mostReplays) return;
  const kept = [...(world.kept.get(id) ?? [])];
  const asked = world.chance.happens(0.5) ? kept : kept.filter(() => world.chance.happens(0.5));
  askReplay(world.replays, id, asked);
}

/** Something goes wrong, or somebody changes something; this part of it with keys. */
export function disturb(world: World, keys: number): void {
  world.chance.pick(world.chance.happens(keys) ? keyDisturbances : disturbances)?.(world);
}

/** Any of the portals. */
export function anyPortal({ chance, portals }: World): string {
  return chance.pick([...portals.keys()]) ?? '';
}

/** A portal is to be served in another way: push to pull, pull to push, one consumer to another. */
export function switchOver(world: World): void {
  const next = world.chance.pick(['', ...consumerNames]) ?? '';
  if (next === '') world.wanted.delete(anyPortal(world));
  else world.wanted.set(anyPortal(world), next);
}

function changeMood(world: World): void {
  const portal = world.chance.pick([...world.portals.values()]);
  if (portal === undefined) return;
  // Recovering is when most can go wrong.
  portal.mood = portal.mood === 'well' ? (world.chance.pick(moods) ?? 'well') : 'well';
  portal.names = world.chance.happens(0.5);
}

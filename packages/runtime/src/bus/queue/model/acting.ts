import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { createWorld, type World } from './world.ts';

/** Everything that can happen before the next timer. */
export async function quiet(world: World): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    idle = world.network.deliver() ? 0 : idle + 1;
    await turn();
  }
}

/** Time goes on by so much, and everything happens meanwhile. */
export async function pass(world: World, ms: number): Promise<void> {
  const untilMs = world.time.nowMs + ms;
  await quiet(world);
  while (world.time.advance(untilMs)) await quiet(world);
}

/** A world with an instance that has taken its lane over. */
export async function aWorld(size: Parameters<typeof createWorld>[1]) {
  const world = createWorld(1, size);
  const owner = world.start();
  await pass(world, 100);
  const { view } = owner;
  assert.ok(view !== undefined);
  const ids = [...world.portals.keys()];
  const portal = (index: number) => {
    const [id = '', receiver] = [...world.portals][index] ?? [];
    assert.ok(receiver !== undefined);
    return { id, receiver, state: () => view.portals.get(id) };
  };
  return { world, owner, view, ids, portal };
}

import { LaneAlarm } from './alarm.ts';
import type { KeyedRun, RoutedItem } from './keyed-run.ts';
import { afterItems, afterParking } from './park-window.ts';
import { patiently } from './patience.ts';
import type { InputItem } from './ports.ts';
import { waitingOf } from './stage-run.ts';

/** Groups input items by key, each key's in order. What cannot be routed is parked. */
export async function routeItems<Item>(
  run: KeyedRun<Item>,
  items: readonly InputItem[],
): Promise<ReadonlyMap<string, readonly RoutedItem<Item>[]>> {
  const routed: { readonly key: string; readonly item: RoutedItem<Item> }[] = [];
  for (const source of items) {
    try {
      routed.push(...routesOf(run, source));
      run.window = afterItems(run.window, 1);
    } catch (error) {
      await parkItem(run, source, error);
    }
  }
  const groups = Map.groupBy(routed, ({ key }) => key);
  return new Map([...groups].map(([key, own]) => [key, own.map(({ item }) => item)]));
}

function routesOf<Item>(run: KeyedRun<Item>, source: InputItem) {
  const routes = run.definition.route(source);
  return routes.map(({ key, item }, index) => {
    // Several of one item for the same key: all but the last say that the item is not done.
    const others = routes.slice(index + 1).some((other) => other.key === key);
    const before = routes.slice(0, index).filter((other) => other.key === key).length;
    const position = { ...source.position, output: others ? before + 1 : 0 };
    return { key, item: { source, keyed: { item, position, storedAtMs: source.storedAtMs } } };
  });
}

/** Keeps an item apart before anything is numbered; too many stop the lane. */
export async function parkItem<Item>(run: KeyedRun<Item>, source: InputItem, error: unknown): Promise<void> {
  const window = afterParking(run.window);
  if (window === undefined) {
    throw new LaneAlarm('poisoned', `${run.definition.name}.${run.lane}: too many items cannot be sealed`, error);
  }
  run.window = window;
  run.events.parked?.({ lane: run.lane, position: source.position, error });
  await patiently(() => run.definition.park(source, error), waitingOf(run));
}

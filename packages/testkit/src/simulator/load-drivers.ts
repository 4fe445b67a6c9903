import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StartDriver } from './driver.ts';

/** Drivers of all connectors in a folder that have one, by the connectors' names; sorted. Reads the folder. */
export async function loadDrivers(folder: string): Promise<ReadonlyMap<string, StartDriver>> {
  const paths = globSync('*/simulator/driver.ts', { cwd: folder }).toSorted();
  const loaded = await Promise.all(
    paths.map(async (path) => {
      const module: { readonly startDriver?: StartDriver } = await import(pathToFileURL(resolve(folder, path)).href);
      if (module.startDriver === undefined) throw new Error(`${path} does not export startDriver`);
      return [path.split(/[\\/]/)[0] ?? '', module.startDriver] as const;
    }),
  );
  return new Map(loaded);
}

/**
 * Loaded before a model by `node --import`: changes one text of one source file as it is loaded, to show that the model
 * notices. The product has no switch for that.
 */
import { registerHooks } from 'node:module';

const { MUTATE_FILE: file = '', MUTATE_FROM: from = '', MUTATE_TO: to = '' } = process.env;

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!url.endsWith(file) || loaded.source === undefined || loaded.source === null) return loaded;
    const source =
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    return { ...loaded, source: source.replace(from, () => to) };
  },
});

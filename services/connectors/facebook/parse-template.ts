import { type MetaUpdate, readTemplateNews, tellAt } from '@trunkline/adapter-kit';
import { type ChannelEvent, Origin } from '@trunkline/contracts';

/** The platform judged a utility template. */
export function templateChanged(value: unknown, update: MetaUpdate): ChannelEvent[] {
  const { changed, word } = readTemplateNews(value);
  const event = { $case: 'template', value: changed } as const;
  const about = { conversation: undefined, origin: Origin.ORIGIN_SYSTEM, event };
  const key = `template:${changed.platformId}:${word.slice(0, 32)}:${update.entryMs}`;
  return [tellAt(update, key, update.entryMs, about)];
}

import { type MetaUpdate, readAs, tellAt } from '@trunkline/adapter-kit';
import { type ChannelEvent, Origin, TemplateChanged, TemplateState } from '@trunkline/contracts';
import { templateNewsSchema } from './types.ts';

const states: Readonly<Record<string, TemplateState>> = {
  APPROVED: TemplateState.TEMPLATE_STATE_APPROVED,
  PENDING: TemplateState.TEMPLATE_STATE_PENDING,
  REJECTED: TemplateState.TEMPLATE_STATE_REJECTED,
  PAUSED: TemplateState.TEMPLATE_STATE_PAUSED,
};

/** The platform judged a utility template; whatever else it says, such a template cannot be sent. */
export function templateChanged(value: unknown, update: MetaUpdate): ChannelEvent[] {
  const { message_template_id: platformId, event: word = '', reason, ...told } = readAs(templateNewsSchema, value);
  const { message_template_name: name, message_template_language: language } = told;
  const state = Object.hasOwn(states, word) ? states[word] : undefined;
  const changed = TemplateChanged.create({
    ...{ name, language, platformId, reason: reason === 'NONE' ? '' : (reason ?? '') },
    state: state ?? TemplateState.TEMPLATE_STATE_DISABLED,
  });
  const event = { $case: 'template', value: changed } as const;
  const about = { conversation: undefined, origin: Origin.ORIGIN_SYSTEM, event };
  return [tellAt(update, `template:${platformId}:${word.slice(0, 32)}:${update.entryMs}`, update.entryMs, about)];
}

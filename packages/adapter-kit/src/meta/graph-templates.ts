import { PlatformTemplate, TemplateChanged, TemplateGap, TemplatePart, TemplateState } from '@trunkline/contracts';
import { z } from 'zod';
import { readAs } from '../read-body.ts';
import type { Tools } from '../tools.ts';
import { wire } from '../wire.ts';
import type { GraphCall } from './graph-call.ts';
import { readGraphList } from './graph-reads.ts';

const { some } = wire;
const text = z.string();
const id = z.union([z.int(), z.string().min(1).max(512)]).transform(String);

const button = some({ type: text, text, url: text, payload: text });
const named = z.array(some({ param_name: text, example: text }));
const examples = { body_text: z.array(z.array(text)), header_text: z.array(text) };
const example = some({ ...examples, body_text_named_params: named, header_text_named_params: named });
const component = some({ text, format: text, buttons: z.array(button), example }).extend({ type: text });
const told = { rejected_reason: text.nullable(), category: text, quality_score: some({ score: text }) };
const templateSchema = some(told).extend({
  ...{ id, name: text, language: text, status: text },
  components: z.array(component),
});
type Component = z.output<typeof component>;

const judged = some({ event: text, reason: text.nullable(), new_quality_score: text, new_category: text });
const newsSchema = judged.extend({
  ...{ message_template_id: id, message_template_name: text, message_template_language: text },
});

const { TEMPLATE_STATE_APPROVED: approved, TEMPLATE_STATE_PENDING: pending } = TemplateState;
const judgements: Readonly<Record<string, TemplateState>> = {
  ...{ APPROVED: approved, FLAGGED: approved, REINSTATED: approved, PENDING: pending, IN_APPEAL: pending },
  ...{ REJECTED: TemplateState.TEMPLATE_STATE_REJECTED, PAUSED: TemplateState.TEMPLATE_STATE_PAUSED },
};

/** The platform keeps 6,000 of an account at most. */
const pagesMax = 60;
const { TEMPLATE_PART_HEADER: header, TEMPLATE_PART_BODY: body, TEMPLATE_PART_BUTTON: ofButton } = TemplatePart;

/** Reads all templates of an account; the call names the fields that the platform has. Throws as {@link readGraphList} does. */
export async function readGraphTemplates(call: GraphCall, tools: Pick<Tools, 'fetch'>): Promise<PlatformTemplate[]> {
  return (await readGraphList(templateSchema, call, tools, { pagesMax })).map(templateOf);
}

/** What the platform tells of a template that it judged anew. */
export interface TemplateNews {
  readonly changed: TemplateChanged;
  /** The platform's word for what happened; empty where it says none. */
  readonly word: string;
}

/** Reads such news. What the platform does not say stays unsaid. Throws ConnectorError 'malformed'. Pure. */
export function readTemplateNews(value: unknown): TemplateNews {
  const { message_template_id: platformId, event, reason, ...about } = readAs(newsSchema, value);
  const changed = TemplateChanged.create({
    ...{ name: about.message_template_name, language: about.message_template_language, platformId },
    ...{ reason: saidOf(reason), quality: about.new_quality_score ?? '', category: about.new_category ?? '' },
    ...(event !== undefined && { state: stateOf(event) }),
  });
  return { changed, word: event ?? '' };
}

/** Whatever else the platform says, such a template cannot be sent. */
function stateOf(word: string): TemplateState {
  return (Object.hasOwn(judgements, word) ? judgements[word] : undefined) ?? TemplateState.TEMPLATE_STATE_DISABLED;
}

function saidOf(reason: string | null | undefined): string {
  return reason === 'NONE' ? '' : (reason ?? '');
}

function templateOf({ id: platformId, name, language, status, components, ...more }: z.output<typeof templateSchema>) {
  const textOf = (wanted: string) => components.find(({ type }) => type === wanted)?.text ?? '';
  return PlatformTemplate.create({
    ...{ name, language, platformId, state: stateOf(status), reason: saidOf(more.rejected_reason) },
    ...{ category: more.category ?? '', quality: more.quality_score?.score ?? '' },
    ...{ header: textOf('HEADER'), body: textOf('BODY'), footer: textOf('FOOTER'), gaps: components.flatMap(gapsOf) },
    buttons: components.flatMap(({ buttons = [] }) => buttons.map(({ text: label = '' }) => label)),
  });
}

function gapsOf({ type, text: words = '', format = 'TEXT', buttons = [], example: shown = {} }: Component) {
  if (type === 'HEADER' && format !== 'TEXT') return [TemplateGap.create({ part: header, kind: format.toLowerCase() })];
  if (type === 'HEADER') return textGaps(words, header, shown.header_text, shown.header_text_named_params);
  if (type === 'BODY') return textGaps(words, body, shown.body_text?.[0], shown.body_text_named_params);
  return buttons.flatMap(({ type: action, url = '', payload = '' }, buttonIndex) => {
    if (action === 'FLOW') return [TemplateGap.create({ part: ofButton, buttonIndex, kind: 'form' })];
    return textGaps(url || payload, ofButton).map((each) => ({ ...each, buttonIndex }));
  });
}

/** "{{1}}" has a number, "{{first_name}}" a name. One that stands there twice is filled once. */
function textGaps(
  words: string,
  part: TemplatePart,
  inOrder: readonly string[] = [],
  byName: z.output<typeof named> = [],
): TemplateGap[] {
  const all = new Set([...words.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(({ 1: word = '' }) => word));
  return [...all].map((word, index) => {
    const name = /^\d+$/.test(word) ? '' : word;
    const found = byName.find(({ param_name: shown }) => name !== '' && shown === name)?.example;
    return TemplateGap.create({ part, name, kind: 'text', example: found ?? inOrder[index] ?? '' });
  });
}

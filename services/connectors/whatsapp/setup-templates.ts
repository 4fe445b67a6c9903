import { readGraphList, type Tools } from '@trunkline/adapter-kit';
import { PlatformTemplate, TemplateGap, TemplatePart } from '@trunkline/contracts';
import { type Channel, callOf } from './api.ts';
import { templateState } from './parse-account.ts';
import { type PlatformsTemplate, templateSchema } from './types.ts';

const fields = 'id,name,language,status,category,components,quality_score,rejected_reason';
/** The platform keeps 6,000 of an account at most. */
const pagesMax = 60;
const { TEMPLATE_PART_HEADER: header, TEMPLATE_PART_BODY: body, TEMPLATE_PART_BUTTON: button } = TemplatePart;

/** All templates of the account. */
export async function templates(channel: Channel, tools: Tools): Promise<PlatformTemplate[]> {
  const call = { path: `${channel.settings.businessAccountId}/message_templates`, query: { fields } };
  return (await readGraphList(templateSchema, callOf(call, channel), tools, { pagesMax })).map(templateOf);
}

function templateOf({ id, name, language, status, components, ...more }: PlatformsTemplate): PlatformTemplate {
  const textOf = (wanted: string) => components.find(({ type }) => type === wanted)?.text ?? '';
  const reason = more.rejected_reason === 'NONE' ? '' : (more.rejected_reason ?? '');
  return PlatformTemplate.create({
    ...{ name, language, platformId: id, state: templateState(status), reason, gaps: components.flatMap(gapsOf) },
    ...{ category: more.category ?? '', quality: more.quality_score?.score ?? '' },
    ...{ header: textOf('HEADER'), body: textOf('BODY'), footer: textOf('FOOTER') },
    buttons: components.flatMap(({ buttons = [] }) => buttons.map(({ text = '' }) => text)),
  });
}

type Component = PlatformsTemplate['components'][number];

function gapsOf({ type, text = '', format = 'TEXT', buttons = [], example }: Component): TemplateGap[] {
  const isFile = type === 'HEADER' && format !== 'TEXT';
  if (isFile) return [TemplateGap.create({ part: header, kind: format.toLowerCase() })];
  if (type === 'HEADER') return textGaps(text, header, example?.header_text);
  if (type === 'BODY') return textGaps(text, body, example?.body_text?.[0]);
  return buttons.flatMap(({ type: action, url = '' }, buttonIndex) => {
    if (action === 'FLOW') return [TemplateGap.create({ part: button, buttonIndex, kind: 'form' })];
    return textGaps(url, button).map((each) => ({ ...each, buttonIndex }));
  });
}

/** "{{1}}" has a number, "{{first_name}}" a name. */
function textGaps(text: string, part: TemplatePart, examples: readonly string[] = []): TemplateGap[] {
  return [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(({ 1: word = '' }, index) => {
    const name = /^\d+$/.test(word) ? '' : word;
    return TemplateGap.create({ part, name, kind: 'text', example: examples[index] ?? '' });
  });
}

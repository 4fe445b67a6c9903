import { type ChatMessage, GraphError, type HookCaller } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import type { SentTemplate } from './message-schema.ts';
import { nextNumber, type Page, type Template, type TemplateComponent } from './page.ts';
import { pageOf } from './pages.ts';
import type { Event, Fields } from './types.ts';

const button = z.strictObject({
  type: z.enum(['POSTBACK', 'URL', 'PHONE_NUMBER']),
  text: z.string().min(1).max(20),
  url: z.string().optional(),
  payload: z.string().optional(),
  phone_number: z.string().optional(),
  example: z.unknown().optional(),
});
const component = z.strictObject({
  type: z.enum(['HEADER', 'BODY', 'BUTTONS']),
  format: z.enum(['TEXT', 'IMAGE']).optional(),
  text: z.string().min(1).max(1_024).optional(),
  buttons: z.array(button).min(1).max(3).optional(),
  example: z.unknown().optional(),
});
const created = z.object({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.string().min(2),
  category: z.literal('UTILITY'),
  parameter_format: z.enum(['POSITIONAL', 'NAMED']).optional(),
  components: z
    .array(component)
    .refine((all) => all.some(({ type }) => type === 'BODY'), { error: 'must have a body' }),
});

/** A template as an owner makes it. */
export interface NewTemplate {
  readonly name: string;
  readonly language?: string;
  readonly components?: readonly TemplateComponent[];
}

/** What becomes of a template later. */
export interface Judgement {
  readonly name: string;
  readonly event: string;
  readonly reason?: string;
}

/** A template that is approved at once, which is told. */
export function addTemplate(page: Page, hook: HookCaller<Event>, given: NewTemplate): Template {
  const { name, language = 'en', components = [{ type: 'BODY', text: 'Your order is on its way' }] } = given;
  const id = `61${nextNumber(page)}`;
  const template = { id, name, language, category: 'UTILITY', components, status: 'PENDING' };
  page.templates.set(keyOf(name, language), template);
  judgeTemplate(page, hook, { name, event: 'APPROVED' });
  return template;
}

/** Judges a template and tells it. Throws where there is none. */
export function judgeTemplate(page: Page, hook: HookCaller<Event>, { name, event, reason = 'NONE' }: Judgement): void {
  const template = [...page.templates.values()].findLast((one) => one.name === name);
  if (template === undefined) throw new Error('there is no such template');
  template.status = event;
  const told = { message_template_id: Number(template.id), message_template_name: name };
  const value = { event, ...told, message_template_language: template.language, reason };
  const field = 'message_template_status_update';
  hook.push({ place: 'changes', field, body: { field, value } });
}

/** POST /<page>/message_templates: it is judged within seconds. Throws GraphError. */
export function createTemplate(page: Page, hook: HookCaller<Event>, fields: Fields): Fields {
  const read = created.safeParse(fields);
  if (!read.success) throw new GraphError(100, `Param ${read.error.issues[0]?.path.join('.')} is wrong`);
  const { name, language, components } = read.data;
  if (page.templates.has(keyOf(name, language))) throw new GraphError(100, 'There is such a template already');
  const { id, status, category } = addTemplate(page, hook, { name, language, components });
  return { id, status, category };
}

/** GET /<page>/message_templates, a page at a time. */
export function listTemplates({ templates }: Page, fields: Fields): Fields {
  const { name } = fields;
  const all = [...templates.values()].filter((template) => name === undefined || template.name.includes(String(name)));
  return pageOf(
    all.map((template) => ({ ...template })),
    fields,
  );
}

/** Checks a template that is sent against the one that was approved. Throws GraphError 100. */
export function checkTemplate({ templates }: Page, sent: SentTemplate | undefined): void {
  const template = sent && templates.get(keyOf(sent.name, sent.language.code));
  if (sent === undefined || template?.status !== 'APPROVED')
    throw new GraphError(100, 'The template does not exist, or is not approved');
  for (const part of ['HEADER', 'BODY', 'BUTTONS']) {
    const given = parametersOf(sent, part).length;
    const wanted = gapsOf(template, part).length;
    if (given !== wanted)
      throw new GraphError(100, `Param template.components: ${part} has ${wanted} gaps, not ${given}`);
  }
}

/** What a person sees of a template. */
export function templateShown({ templates }: Page, sent: SentTemplate): Partial<ChatMessage> {
  const template = templates.get(keyOf(sent.name, sent.language.code));
  const lines = ['HEADER', 'BODY'].map((part) => {
    const values = parametersOf(sent, part) as readonly { parameter_name?: string; text?: string }[];
    const text = template?.components.find(({ type }) => type === part)?.text ?? '';
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
      const found = values.find((one) => one.parameter_name === name) ?? values[Number(name) - 1];
      return found?.text ?? whole;
    });
  });
  const filling = [...parametersOf(sent, 'BUTTONS')] as { payload?: string; url?: string }[];
  const buttons = (template?.components ?? []).flatMap(({ buttons: all = [] }) =>
    all.map(({ text: label, type, url, payload = label }) => {
      const filled = hasGap(url ?? payload) ? filling.shift() : undefined;
      if (type === 'URL') return [{ id: 'url', label, url: (url ?? '').replace(/\{\{\w+\}\}/, filled?.url ?? '') }];
      return [{ id: `postback:${filled?.payload ?? payload}`, label }];
    }),
  );
  return { text: lines.filter((line) => line !== '').join('\n'), ...(buttons.length > 0 && { buttons }) };
}

function parametersOf({ components = [] }: SentTemplate, part: string): readonly object[] {
  return components.find(({ type }) => type.toUpperCase() === part)?.parameters ?? [];
}

/** Names of the gaps of a text, or the buttons that have one. */
function gapsOf({ components }: Template, part: string): readonly unknown[] {
  const own = components.find(({ type }) => type === part);
  if (part === 'BUTTONS') return (own?.buttons ?? []).filter(({ url, payload }) => hasGap(url ?? payload));
  return [...new Set([...(own?.text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))];
}

function hasGap(text = ''): boolean {
  return /\{\{\w+\}\}/.test(text);
}

function keyOf(name: string, language: string): string {
  return `${name} ${language}`;
}

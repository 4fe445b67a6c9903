import type { ChatMessage, HookCaller } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import { type Account, nextNumber, type Template } from './account.ts';
import type { SentTemplate } from './message-schema.ts';
import { check, refusal } from './read-message.ts';
import type { Change, Fields } from './types.ts';

const button = z.strictObject({
  type: z.enum(['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'COPY_CODE', 'FLOW', 'OTP']),
  text: z.string().max(25),
  url: z.string().optional(),
  phone_number: z.string().optional(),
  example: z.unknown().optional(),
});
const component = z.strictObject({
  type: z.enum(['HEADER', 'BODY', 'FOOTER', 'BUTTONS']),
  format: z.enum(['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION']).optional(),
  text: z.string().max(1_024).optional(),
  buttons: z.array(button).max(10).optional(),
  example: z.unknown().optional(),
});
const created = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.string().min(2),
  category: z.enum(['UTILITY', 'MARKETING', 'AUTHENTICATION']),
  parameter_format: z.enum(['POSITIONAL', 'NAMED', 'positional', 'named']).optional(),
  components: z
    .array(component)
    .refine((list) => list.some(({ type }) => type === 'BODY'), { error: 'must have a body' })
    .refine((list) => list.every(({ type, text = '' }) => type === 'BODY' || text.length <= 60), {
      error: 'header and footer may have 60 characters',
    }),
});
const templatesMax = 250;

/** POST /<account>/message_templates: it waits to be approved. Throws GraphError. */
export function createTemplate(account: Account, fields: Fields): Fields {
  const { name, language, category, components } = check(created, fields);
  if (account.templates.has(keyOf(name, language)))
    throw refusal(100, 'There is already content in this language for this template.');
  if (account.templates.size >= templatesMax) throw refusal(100, 'The limit of message templates has been reached.');
  const template = { id: `59484${nextNumber(account)}`, name, language, category, components, status: 'PENDING' };
  account.templates.set(keyOf(name, language), template);
  return { id: template.id, status: template.status, category };
}

/** GET /<account>/message_templates, a page at a time: 25 unless more are asked for. */
export function listTemplates(account: Account, { name, status, limit = 25, after = '' }: Fields): Fields {
  const all = [...account.templates.values()].filter(
    (template) =>
      (name === undefined || template.name === name) && (status === undefined || template.status === status),
  );
  const from = all.findIndex(({ id }) => id === after) + 1;
  const data = all.slice(from, from + Number(limit));
  const cursors = { before: data[0]?.id, after: data.at(-1)?.id };
  const isLast = from + data.length >= all.length;
  return {
    data,
    paging: { cursors, ...(isLast ? {} : { next: `https://graph.facebook.com/?after=${cursors.after}` }) },
  };
}

/** DELETE /<account>/message_templates?name=. */
export function deleteTemplate(account: Account, { name }: Fields): Fields {
  for (const [key, template] of account.templates) if (template.name === name) account.templates.delete(key);
  return { success: true };
}

/** Decides about a template: APPROVED, REJECTED, PAUSED, DISABLED…, and tells it. */
export function decideTemplate(account: Account, hook: HookCaller<Change>, given: Decision): void {
  const template = [...account.templates.values()].find(({ name }) => name === given.name);
  if (template === undefined) throw new Error('there is no such template');
  template.status = given.event;
  const reason = given.reason ?? 'NONE';
  const told = { message_template_id: Number(template.id), message_template_name: template.name };
  const value = { event: given.event, ...told, message_template_language: template.language, reason };
  hook.push({ field: 'message_template_status_update', value });
}

export interface Decision {
  readonly name: string;
  readonly event: string;
  readonly reason?: string;
}

/** Checks a template that is sent against the one that was approved. Throws GraphError 1320xx. */
export function checkTemplate(account: Account, content: Fields): void {
  const { name, language, components = [] } = content as unknown as SentTemplate;
  const template = account.templates.get(keyOf(name, language.code));
  if (template === undefined || template.status === 'PENDING' || template.status === 'REJECTED') {
    throw refusal(132001, `template name (${name}) does not exist in ${language.code}`);
  }
  if (template.status === 'PAUSED') throw refusal(132015, 'Template is paused due to low quality.');
  if (template.status === 'DISABLED') throw refusal(132016, 'Template is disabled.');
  for (const part of ['HEADER', 'BODY'] as const) checkParameters(template, part, components);
}

function checkParameters(template: Template, part: string, components: NonNullable<SentTemplate['components']>): void {
  const own = template.components.find(({ type }) => type === part);
  const given = components.find(({ type }) => type.toUpperCase() === part)?.parameters ?? [];
  const isFile = own?.format !== undefined && own.format !== 'TEXT';
  const wanted = isFile ? 1 : variablesOf(own?.text).length;
  if (given.length !== wanted) {
    throw refusal(
      132000,
      `${part.toLowerCase()}: number of localizable_params (${given.length}) does not match the expected number of params (${wanted})`,
    );
  }
  const isOfKind = given.every(({ type }) =>
    isFile ? type === own?.format?.toLowerCase() : /^(text|currency|date_time)$/.test(type),
  );
  if (!isOfKind) throw refusal(132012, `${part.toLowerCase()}: Format mismatch`);
  if (part === 'BODY' && [...rendered(own?.text, given)].length > 1_024)
    throw refusal(132005, 'Translated text too long.');
}

/** What a person sees of a template. */
export function templateText(account: Account, content: Fields): Partial<ChatMessage> {
  const { name, language, components = [] } = content as unknown as SentTemplate;
  const template = account.templates.get(keyOf(name, language.code));
  const parametersOf = (part: string) => components.find(({ type }) => type.toUpperCase() === part)?.parameters ?? [];
  const lines = ['HEADER', 'BODY', 'FOOTER'].map((part) =>
    rendered(template?.components.find(({ type }) => type === part)?.text, parametersOf(part)),
  );
  const labels = template?.components.flatMap(({ buttons = [] }) => buttons) ?? [];
  const buttons = labels.map(({ text, url }, index) => [
    { id: `template:${payloadOf(components, index) ?? text}`, label: text, ...(url && { url }) },
  ]);
  return { text: lines.filter((line) => line !== '').join('\n'), ...(buttons.length > 0 && { buttons }) };
}

function payloadOf(components: NonNullable<SentTemplate['components']>, index: number): string | undefined {
  const found = components.find(
    ({ type, index: at, sub_type }) => type === 'button' && Number(at) === index && sub_type === 'quick_reply',
  );
  const [parameter] = found?.parameters ?? [];
  return parameter?.type === 'payload' ? parameter.payload : undefined;
}

function rendered(text = '', parameters: readonly object[]): string {
  const values = parameters as readonly { readonly parameter_name?: string; readonly text?: string }[];
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const found = values.find((one) => one.parameter_name === name) ?? values[Number(name) - 1];
    return found?.text ?? whole;
  });
}

function variablesOf(text = ''): string[] {
  return [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name))];
}

function keyOf(name: string, language: string): string {
  return `${name} ${language}`;
}

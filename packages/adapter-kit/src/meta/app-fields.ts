import { z } from 'zod';
import { ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { callGraph, type GraphCall } from './graph-call.ts';

/** An app of Meta's whose accounts have addresses of their own: these are called for the fields of the app alone. */
export interface MetaApp {
  /** undefined: the platform does not say which one it is. */
  readonly appId: string | undefined;
  readonly appSecret: string;
  readonly root: string;
  readonly refusal: GraphCall['refusal'];
  /** What its hook is about: "whatsapp_business_account". */
  readonly object: string;
  /** Where the app is to call, as long as no other program is called there. */
  readonly url: string;
  readonly verifyToken: string;
  /** Fields that are wanted; and those of them that a platform which refuses others is asked for alone. */
  readonly wanted: readonly string[];
  readonly needed: readonly string[];
}

interface AppHook {
  readonly url?: string | undefined;
  readonly fields: readonly string[];
}

const fieldSchema = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
const hookSchema = z.object({
  object: z.string().optional(),
  callback_url: z.string().optional(),
  fields: z.array(fieldSchema).optional(),
});
const hooksSchema = z.object({ data: z.array(hookSchema) });

/**
 * Has the app hear of what is wanted, beside what it hears of already. An address that another program has is left to it. Gives the
 * fields that it does not hear of then. Throws ConnectorError for what passes.
 */
export async function subscribeMetaApp(app: MetaApp, tools: Pick<Tools, 'fetch'>): Promise<readonly string[]> {
  let hook = await readHook(app, tools);
  if (hook === undefined) return app.wanted;
  if (missingIn(hook, app).length > 0 && isBeside(hook.url ?? app.url, app.url)) {
    const isWritten =
      (await writeHook(app, [...hook.fields, ...app.wanted], tools)) ||
      (await writeHook(app, [...hook.fields, ...app.needed], tools));
    if (isWritten) hook = (await readHook(app, tools)) ?? hook;
  }
  return missingIn(hook, app);
}

/** The same where the app lacks a field that is needed: gives those; none where it does not say. Throws as that does. */
export async function repairMetaApp(app: MetaApp, tools: Pick<Tools, 'fetch'>): Promise<readonly string[]> {
  const hook = await readHook(app, tools);
  if (hook === undefined || app.needed.every((field) => hook.fields.includes(field))) return [];
  const missing = await subscribeMetaApp(app, tools);
  return app.needed.filter((field) => missing.includes(field));
}

/** Whether the app's own address is one of ours, as far as it says. Throws ConnectorError for what passes. */
export async function isMetaAppOurs(app: MetaApp, tools: Pick<Tools, 'fetch'>): Promise<boolean> {
  const hook = await readHook(app, tools);
  return hook?.url !== undefined && isBeside(hook.url, app.url);
}

/** Undefined where nobody says which app it is, or it may not be asked. */
async function readHook(app: MetaApp, tools: Pick<Tools, 'fetch'>): Promise<AppHook | undefined> {
  if (app.appId === undefined) return undefined;
  const found = await unlessRefused(callGraph(hooksSchema, callOf(app), tools));
  const own = found?.data.find(({ object }) => object === app.object);
  return found && { url: own?.callback_url, fields: own?.fields ?? [] };
}

async function writeHook(app: MetaApp, fields: readonly string[], tools: Pick<Tools, 'fetch'>): Promise<boolean> {
  const { object, url: callback_url, verifyToken: verify_token } = app;
  const body = { object, callback_url, verify_token, fields: [...new Set(fields)].join(',') };
  return (await unlessRefused(callGraph(z.looseObject({}), { ...callOf(app), body }, tools))) !== undefined;
}

function callOf({ appId, appSecret, root, refusal }: MetaApp): GraphCall {
  return { root, refusal, path: `${appId}/subscriptions`, token: `${appId}|${appSecret}` };
}

async function unlessRefused<Answer>(asking: Promise<Answer>): Promise<Answer | undefined> {
  return await asking.catch((error: unknown) => {
    if (error instanceof ConnectorError && !passing.includes(error.code)) return undefined;
    throw error;
  });
}

const passing = ['transient', 'retry_after', 'unknown_outcome'];

function missingIn({ fields }: AppHook, { wanted }: MetaApp): string[] {
  return wanted.filter((field) => !fields.includes(field));
}

/** All accounts of an app have their address in one folder. */
function isBeside(one: string, other: string): boolean {
  return URL.canParse(one) && new URL('.', one).href === new URL('.', other).href;
}

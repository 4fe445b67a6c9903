import type { MetaApp } from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { understood } from './parse.ts';
import { verifyToken } from './verify.ts';

/** The app that hears of the account: an account's own address is called for the fields of its app alone. */
export function appOf(channel: Channel, appId: string | undefined, url: string): MetaApp {
  const { root, refusal } = callOf({ path: '' }, channel);
  return {
    ...{ appId, root, refusal, url, wanted: understood, needed: ['messages'] },
    ...{
      object: 'whatsapp_business_account',
      appSecret: channel.secret('appSecret'),
      verifyToken: verifyToken(channel),
    },
  };
}

/** What a person has to do where the app is not ours to change. */
export function unheard(fields: readonly string[]): readonly string[] {
  if (fields.length === 0) return [];
  const where = 'on the page of the app under WhatsApp → Configuration → Webhook fields';
  return [`The app does not hear of everything, or does not say so: subscribe ${where}: ${fields.join(', ')}.`];
}

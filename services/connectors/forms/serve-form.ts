import type { IncomingHttpHeaders } from 'node:http';
import { type ChannelAccess, type ConnectorHost, refusal } from '@trunkline/adapter-kit';
import { formKinds, type Settings } from './settings.ts';
import { kindOf } from './take.ts';
import { languageOf, textsOf } from './texts.ts';
import { type FormToken, leastFillMs, newToken, writeToken } from './token.ts';
import type { Shown } from './view.ts';

/** What an address of a form says. */
export interface Route {
  readonly Params: { readonly id: string };
  readonly Querystring: { readonly lang?: string; readonly kind?: string };
}

/** What of an answer is set. */
export interface Reply {
  code(status: number): Reply;
  headers(values: Record<string, string>): Reply;
}

/** The channel whose form an address names. Throws ConnectorError 'not_found'. */
export function channelOf({ channel }: Pick<ConnectorHost<Settings>, 'channel'>, id: string): ChannelAccess<Settings> {
  const found = channel(id);
  if (found) return found;
  throw refusal('not_found', 'There is no such form.');
}

/** How a form is asked for. */
export interface Wish {
  readonly way: FormToken['way'];
  readonly lang: string;
  readonly kind?: string | undefined;
}

/** An empty form with a token of its own. */
export function newForm(channel: ChannelAccess<Settings>, { way, lang: tags, kind }: Wish, nowMs: number): Shown {
  const { id, settings } = channel;
  const lang = languageOf(tags);
  const token = writeToken(newToken(way, nowMs + leastFillMs), id, channel.secret('form_key'));
  const wanted = formKinds.find((each) => each === kind);
  return { settings, lang, texts: textsOf(lang), kind: kindOf(wanted, settings), token };
}

/** The visitor's address, as the gateway tells it. */
export function addressOf(headers: IncomingHttpHeaders): string {
  return String(headers['x-forwarded-for'] ?? '');
}

/** The bytes of a body; none where there is none. */
export function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array();
}

import { type ChannelAccess, type ConnectorHost, hmacHex } from '@trunkline/adapter-kit';
import { notStored, type Refusal } from './errors.ts';
import { fieldsOf } from './fields.ts';
import type { FilledForm } from './filled-form.ts';
import type { FormLimits } from './limits.ts';
import { eventOf, type Taken } from './parse.ts';
import type { FormKind, Settings } from './settings.ts';
import { languageOf, localeOf, type Texts, textsOf } from './texts.ts';
import { type FormToken, newToken, readToken, tokenLifeMs, writeToken } from './token.ts';
import { checkValues } from './values.ts';

/** Where a form came in. */
export interface Entry {
  readonly host: Pick<ConnectorHost<Settings>, 'enter' | 'now' | 'tools'>;
  readonly channel: ChannelAccess<Settings>;
  /** By which way: a token is good for the one that it was given for. */
  readonly way: FormToken['way'];
  /** The visitor's address, as the gateway tells it. */
  readonly address: string;
  readonly limits: Pick<FormLimits, 'sent' | 'taken'>;
}

/** What became of a form. */
export type Outcome = { readonly taken: FormKind } | { readonly refusal: Refusal };

/** What is asked for, where the channel offers it; else its first. Pure. */
export function kindOf(wanted: FormKind | undefined, { kinds }: Settings): FormKind {
  return kinds.find((kind) => kind === wanted) ?? kinds[0] ?? 'feedback';
}

/**
 * Takes a form: proved by its token, checked, kept as the one form of that token, and only then stored at the door. The same
 * again is the same form, however often it comes.
 */
export async function takeForm(filled: FilledForm, entry: Entry): Promise<Outcome> {
  const { channel } = entry;
  const texts = textsOf(languageOf(filled.lang));
  const judged = judge(filled, entry, texts);
  if ('refusal' in judged) return judged;
  const { token, checked, kind } = judged;
  // Both reject where they cannot store, and for nothing else.
  const kept = await keep(token, JSON.stringify([kind, checked.values]), entry).catch(() => undefined);
  if (kept === undefined) return refused(notStored(texts));
  if (typeof kept === 'string') {
    const fresh = writeToken(newToken(token.way, entry.host.now()), channel.id, channel.secret('form_key'));
    const code = kept === 'used' ? 'already_exists' : 'failed_precondition';
    return refused({ code, message: texts[kept], token: fresh });
  }
  const { found, visitorId, lang } = filled;
  const came = { id: token.id, kind, lang: localeOf(lang), found, visitorId, receivedAtMs: kept.receivedAtMs };
  const taken: Taken = { ...checked, ...came };
  const entering = entry.host.enter(channel, Buffer.from(JSON.stringify(taken)), [eventOf(taken, channel)]);
  return await entering.then(
    () => ({ taken: kind }),
    () => refused(notStored(texts)),
  );
}

/** A form that may be taken. */
interface Good {
  readonly token: FormToken;
  readonly kind: FormKind;
  readonly checked: Pick<Taken, 'values' | 'country'>;
}

/** Whether a form may be taken, before anything is kept of it. */
function judge(filled: FilledForm, entry: Entry, texts: Texts): Good | { readonly refusal: Refusal } {
  const { host, channel, way, address, limits } = entry;
  const { settings } = channel;
  const nowMs = host.now();
  const tooMany = (retryAfterMs: number) => refused({ code: 'rate_limited', message: texts.busy, retryAfterMs });
  const waitMs = limits.sent(channel, address, nowMs);
  if (waitMs > 0) return tooMany(waitMs);
  const token = readToken(filled.token, channel.id, channel.secret('form_key'));
  if (token?.way !== way) return refused({ code: 'unauthenticated', message: texts.early });
  // Told openly: whoever's browser filled the field in by itself sends once more, and nothing is lost in silence.
  if (filled.trap !== '')
    return refused({ code: 'invalid_argument', message: texts.trap, fields: { website: texts.trap } });
  const kind = kindOf(filled.kind, settings);
  const rules = { fields: fieldsOf(settings, texts), kind, texts, country: settings.country };
  const checked = checkValues(filled.written, rules);
  if ('problems' in checked)
    return refused({ code: 'invalid_argument', message: texts.check, fields: checked.problems });
  if (nowMs < token.fromMs)
    return refused({ code: 'rate_limited', message: texts.early, retryAfterMs: token.fromMs - nowMs });
  // Counted last: whoever sends what is none leaves room for those who write.
  const channelWaitMs = limits.taken(channel, nowMs);
  return channelWaitMs > 0 ? tooMany(channelWaitMs) : { token, kind, checked };
}

/** What is kept of a form: what it said as a hash, and when it came first. */
interface Kept {
  readonly said: string;
  readonly receivedAtMs: number;
}

/**
 * Binds a token to what was first sent with it, before that is stored: a crash in between, or an answer that was lost, makes
 * the repeat the same form. A token with something else is used; one that is over and was never used has expired.
 */
async function keep(token: FormToken, said: string, { host, channel }: Entry): Promise<Kept | 'used' | 'expired'> {
  const { state } = host.tools(channel);
  const key = `form/${token.id}`;
  const mine: Kept = {
    said: hmacHex('sha256', channel.secret('form_key'), Buffer.from(said)),
    receivedAtMs: host.now(),
  };
  const read = async () => (await state.get<Kept>(key))?.value;
  const former = await read();
  if (former === undefined && host.now() > token.untilMs) return 'expired';
  const isMine =
    former === undefined && (await state.put(key, mine, { ifRevision: 0, expiresAtMs: token.untilMs + tokenLifeMs }));
  const kept = isMine ? mine : (former ?? (await read()));
  return kept?.said === mine.said ? kept : 'used';
}

function refused(refusal: Refusal): { readonly refusal: Refusal } {
  return { refusal };
}

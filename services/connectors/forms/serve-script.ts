import { type ConnectorHost, isOriginAllowed } from '@trunkline/adapter-kit';
import { textOn } from '@trunkline/adapter-kit/page';
import { headersOf, type Refusal, statusOf } from './errors.ts';
import { bodyMaxBytes, readScript } from './filled-form.ts';
import { html } from './html.ts';
import type { FormLimits } from './limits.ts';
import { addressOf, bytesOf, channelOf, newForm, type Reply, type Route } from './serve-form.ts';
import type { Settings } from './settings.ts';
import { takeForm } from './take.ts';
import { languageOf, textsOf } from './texts.ts';
import { leastFillMs } from './token.ts';
import { doneView, formView } from './view.ts';

/** What the script gets to show. */
export interface GivenForm {
  readonly html: string;
  readonly look: { readonly color: string; readonly onColor: string; readonly theme: Settings['theme'] };
  /** Sent before that, a form was not filled in by a person. */
  readonly waitMs: number;
  readonly texts: { readonly check: string; readonly sending: string; readonly unavailable: string };
}

/** What the script hears of a form: what to show instead of it, or why it was not taken. */
export type ScriptAnswer = { readonly html: string } | Refusal;

const url = '/hooks/forms/:id/form';

/** For the script on a company's page: the form, and where it is sent. */
export function serveScript(host: ConnectorHost<Settings>, limits: FormLimits): void {
  const { http } = host;
  http.get<Route>(url, async ({ params, query, headers }, reply) => {
    const channel = channelOf(host, params.id);
    if (!isOriginAllowed(headers.origin, channel.settings.origins)) return refuse(reply, notOnTheList);
    const retryAfterMs = limits.given(channel, addressOf(headers), host.now());
    const message = textsOf(languageOf(query.lang ?? '')).tooMany;
    if (retryAfterMs > 0) return refuse(reply, { code: 'rate_limited', message, retryAfterMs });
    const shown = newForm(channel, { ...query, lang: query.lang ?? '', way: 'script' }, host.now());
    const { color, theme } = channel.settings;
    const { check, sending, unavailable } = shown.texts;
    reply.header('cache-control', 'no-store');
    const look = { color, onColor: textOn(color), theme };
    const form: GivenForm = {
      html: formView(shown).markup,
      look,
      waitMs: leastFillMs,
      texts: { check, sending, unavailable },
    };
    return form;
  });

  http.post<Route>(url, { bodyLimit: bodyMaxBytes }, async ({ params, headers, body }, reply) => {
    const channel = channelOf(host, params.id);
    if (!isOriginAllowed(headers.origin, channel.settings.origins)) return refuse(reply, notOnTheList);
    const filled = readScript(bytesOf(body));
    if ('code' in filled) return refuse(reply, filled);
    const outcome = await takeForm(filled, { host, channel, way: 'script', address: addressOf(headers), limits });
    if ('refusal' in outcome) return refuse(reply, outcome.refusal);
    const lang = languageOf(filled.lang);
    const texts = textsOf(lang);
    const again = html`<button class="again" type="button">${texts.again}</button>`;
    return { html: doneView({ settings: channel.settings, lang, texts }, outcome.taken, again).markup };
  });
}

/** Read by whoever put the form on the page, in the browser's console. */
const notOnTheList: Refusal = { code: 'permission_denied', message: 'This site is not on the list of the form.' };

/** Answers that it was not taken. */
function refuse(reply: Reply, refusal: Refusal): Refusal {
  reply.code(statusOf(refusal)).headers({ ...headersOf(refusal) });
  return refusal;
}

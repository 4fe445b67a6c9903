import type { IncomingHttpHeaders } from 'node:http';
import { type ConnectorHost, isOriginAllowed } from '@trunkline/adapter-kit';
import { headersOf, type Refusal, statusOf } from './errors.ts';
import { bodyMaxBytes, readForm } from './filled-form.ts';
import { html } from './html.ts';
import type { FormLimits } from './limits.ts';
import { type PageAnswer, pageOf } from './page.ts';
import { addressOf, bytesOf, channelOf, newForm, type Reply, type Route } from './serve-form.ts';
import type { Settings } from './settings.ts';
import { takeForm } from './take.ts';
import { doneView, formView, refusalView, type Shown } from './view.ts';

const url = '/hooks/forms/:id';

/** The form on a page of its own, without a script: a link, a frame, and where a company's own form is sent to. */
export function servePage(host: ConnectorHost<Settings>, limits: FormLimits, style: string): void {
  const { http } = host;
  const answer = (shown: Shown) => {
    const title = shown.settings.title || shown.texts.title[shown.kind];
    return pageOf(formView(shown), title, { ...shown, style });
  };
  const refuse = (reply: Reply, refusal: Refusal, shown: Shown) => {
    const page = pageOf(refusalView(refusal, shown.lang), refusal.message, { ...shown, style });
    return show(reply.code(statusOf(refusal)).headers(headersOf(refusal)), page);
  };
  http.get<Route>(url, async ({ params, query, headers, url: address }, reply) => {
    const channel = channelOf(host, params.id);
    const lang = query.lang ?? headers['accept-language'] ?? '';
    const shown = newForm(channel, { way: 'page', lang, kind: query.kind }, host.now());
    const retryAfterMs = limits.given(channel, addressOf(headers), host.now());
    if (retryAfterMs > 0)
      return refuse(reply, { code: 'rate_limited', message: shown.texts.tooMany, retryAfterMs }, shown);
    // In a frame the page around it tells its address; a link has its own, with the marks that it came with.
    return show(reply, answer({ ...shown, page: headers.referer ?? address }));
  });

  http.post<Route>(url, { bodyLimit: bodyMaxBytes }, async ({ params, query, headers, body }, reply) => {
    const channel = channelOf(host, params.id);
    if (!maySend(headers, channel.settings.origins, host.publicUrl)) {
      const shown = newForm(channel, { way: 'page', lang: query.lang ?? headers['accept-language'] ?? '' }, host.now());
      return refuse(reply, { code: 'permission_denied', message: shown.texts.refused }, shown);
    }
    const filled = readForm(bytesOf(body));
    if ('code' in filled) return reply.code(statusOf(filled)).send(filled);
    const lang = filled.lang || query.lang || headers['accept-language'] || '';
    const entry = { host, channel, way: 'page', address: addressOf(headers), limits } as const;
    const outcome = await takeForm({ ...filled, lang }, entry);
    const fresh = newForm(channel, { way: 'page', lang, kind: filled.kind }, host.now());
    if ('taken' in outcome) {
      const done = doneView(fresh, outcome.taken, html`<a class="again" href="${params.id}">${fresh.texts.again}</a>`);
      return show(reply, pageOf(done, fresh.texts.doneTitle, { ...fresh, style }));
    }
    const { refusal } = outcome;
    // A form of a company's own page has no token yet: what was typed into it is shown again, with one.
    const token = refusal.token ?? (refusal.code === 'unauthenticated' ? fresh.token : filled.token);
    const page = filled.found.page.url || headers.referer || '';
    const shown = { ...fresh, token, page, written: filled.written, refusal };
    return show(reply.code(statusOf(refusal)).headers(headersOf(refusal)), answer(shown));
  });
}

/**
 * True if a form may come from where it comes: our own page, a listed site, or what is no browser's page and tells no origin.
 * Ours is what the browser says is, too: a gateway may have more names than its public one.
 */
function maySend(headers: IncomingHttpHeaders, origins: Settings['origins'], publicUrl: string): boolean {
  const { origin } = headers;
  const isOurs = origin === new URL(publicUrl).origin || headers['sec-fetch-site'] === 'same-origin';
  return origin === undefined || isOurs || isOriginAllowed(origin, origins);
}

/** Answers with a page. */
function show(reply: Reply, { headers, body }: PageAnswer): string {
  reply.headers({ ...headers });
  return body;
}

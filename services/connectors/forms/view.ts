import type { Refusal } from './errors.ts';
import { type Field, fieldsOf } from './fields.ts';
import { html, type Markup } from './html.ts';
import { type FormKind, formKinds, type Settings } from './settings.ts';
import type { Texts } from './texts.ts';

/** What a form shows. */
export interface Shown {
  readonly settings: Settings;
  readonly lang: string;
  readonly texts: Texts;
  readonly kind: FormKind;
  readonly token: string;
  /** What was typed already. */
  readonly written?: Readonly<Record<string, string>>;
  /** Why it was not taken. */
  readonly refusal?: Refusal | undefined;
  /** Page where the visitor is, for a form that has no script to look. */
  readonly page?: string;
}

/** A form, as it stands on a company's page and on ours. Pure. */
export function formView(shown: Shown): Markup {
  const { settings, lang, texts, token, refusal, page } = shown;
  const offered = settings.kinds;
  const each = (say: Readonly<Record<FormKind, string>>) =>
    formKinds
      .filter((kind) => offered.includes(kind))
      .map((kind) => html`<span data-only="${kind}">${say[kind]}</span>`);
  return html`<form class="form" method="post" lang="${lang}" novalidate>
<h2>${settings.title === '' ? each(texts.title) : settings.title}</h2>
${settings.intro !== '' && html`<p class="intro">${settings.intro}</p>`}
<div class="alert" role="alert">${refusal?.message ?? ''}</div>
${kinds(shown)}
<div class="fields">${fieldsOf(settings, texts).map((field) => fieldView(field, shown))}</div>
<div class="trap" aria-hidden="true"><label>Website <input name="website" tabindex="-1" autocomplete="off"></label></div>
<input type="hidden" name="token" value="${token}"><input type="hidden" name="lang" value="${lang}">
${page !== undefined && html`<input type="hidden" name="page" value="${page}">`}
<button class="send" type="submit">${each(texts.send)}</button>
</form>`;
}

/** What is shown once it was taken. `again` leads to an empty form. Pure. */
export function doneView(
  { settings, lang, texts }: Pick<Shown, 'settings' | 'lang' | 'texts'>,
  kind: FormKind,
  again: Markup,
): Markup {
  return html`<div class="form done" lang="${lang}" role="status" tabindex="-1">
<svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true"><circle cx="24" cy="24" r="23"/><path d="M14 25l7 7 14-15"/></svg>
<h2>${texts.doneTitle}</h2>
<p>${settings.done === '' ? texts.done[kind] : settings.done}</p>
${again}
</div>`;
}

/** What is shown where there is no form to show. Pure. */
export function refusalView({ message }: Refusal, lang: string): Markup {
  return html`<div class="form" lang="${lang}"><div class="alert" role="alert">${message}</div></div>`;
}

function kinds({ settings, texts, kind }: Shown): Markup {
  if (settings.kinds.length < 2) return html`<input type="hidden" name="kind" value="${kind}" data-kind="${kind}">`;
  return html`<fieldset class="kinds"><legend>${texts.kind}</legend>${settings.kinds.map(
    (each) =>
      html`<label><input type="radio" name="kind" value="${each}" data-kind="${each}" ${each === kind && html`checked`}><span>${texts.kinds[each]}</span></label>`,
  )}</fieldset>`;
}

function fieldView(field: Field, { texts, written = {}, refusal }: Shown): Markup {
  const { name, kind, only, isRequired, url } = field;
  const problem = refusal?.fields?.[name] ?? '';
  const attributes = html`id="f-${name}" name="${name}" aria-describedby="e-${name}" ${isRequired && html`required`} ${problem !== '' && html`aria-invalid="true"`}`;
  const error = html`<p class="error" id="e-${name}">${problem}</p>`;
  const scope = html`data-field="${name}" ${only && html`data-only="${only}"`} data-absent="${name === 'consent' ? texts.consent : texts.required}"`;
  if (kind === 'check') {
    const more = url && html` <a href="${url}" target="_blank" rel="noopener">${texts.more}</a>`;
    const tick = html`<input type="checkbox" ${attributes} value="yes" ${(written[name] ?? '') !== '' && html`checked`}>`;
    return html`<div class="field check" ${scope}><label for="f-${name}">${tick}<span>${field.label}${more}</span></label>${error}</div>`;
  }
  const optional = !isRequired && !field.hasDefault && html` <span class="optional">${texts.optional}</span>`;
  const control = controlView(field, { attributes, value: written[name] ?? '', texts });
  return html`<div class="field ${kind}" ${scope}><label for="f-${name}">${field.label}${optional}</label>${control}${error}</div>`;
}

const inputTypes: Partial<Record<Field['kind'], string>> = { phone: 'tel', email: 'email' };

function controlView(
  { kind, max, options, isRequired, hasDefault, autocomplete, placeholder }: Field,
  { attributes, value, texts }: { readonly attributes: Markup; readonly value: string; readonly texts: Texts },
): Markup {
  if (kind === 'text')
    return html`<textarea ${attributes} rows="4" maxlength="${max}">
${value}</textarea>`;
  if (kind === 'choice') {
    const choices = options.map(
      ([option, label]) => html`<option value="${option}" ${option === value && html`selected`}>${label}</option>`,
    );
    // What has to be chosen is chosen by the visitor, and not by the order of the options.
    const none = !hasDefault && html`<option value="">${isRequired ? texts.choose : '–'}</option>`;
    return html`<span class="select"><select ${attributes}>${none}${choices}</select></span>`;
  }
  const help = html`${autocomplete && html`autocomplete="${autocomplete}"`} ${placeholder && html`placeholder="${placeholder}"`}`;
  return html`<input type="${inputTypes[kind] ?? 'text'}" ${attributes} maxlength="${max}" value="${value}" ${help}>`;
}

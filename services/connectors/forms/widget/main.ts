import { createMemory, lookAround, type Memory } from '@trunkline/adapter-kit/page';
import type { GivenForm } from '../serve-script.ts';
import { type Api, createApi, NoForm } from './api.ts';
import { shownForm } from './shown-form.ts';
import style from './style.css?inline';

const script = document.currentScript;
if (script instanceof HTMLScriptElement) open(script);

/** Puts the form where its script stands, apart from the page's styles: nothing of the page reaches inside, nothing of ours outside. */
function open(from: HTMLScriptElement): void {
  const { lang: wanted, kind = '', inside, theme } = from.dataset;
  const lang = wanted ?? (document.documentElement.lang || navigator.language);
  const base = new URL('./', from.src).href;
  const memory = createMemory(`trunkline:${base}:`, () => localStorage);
  // Kept from the first page, whether or not anybody writes there.
  lookAround(window, memory);
  const show = () => {
    const host = document.createElement('trunkline-form');
    const root = host.attachShadow({ mode: 'open' });
    // A sheet of this kind needs no leave of the page's policy.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    const box = document.createElement('div');
    box.className = 'box';
    root.append(box);
    const place = inside === undefined ? null : document.querySelector(inside);
    if (place) place.append(host);
    else if (document.body.contains(from)) from.after(host);
    else document.body.append(host);
    const whole: Whole = { box, api: createApi(base), lang, kind, theme, visit: () => visitOf(memory) };
    void present(whole, false);
  };
  if (document.body) show();
  else addEventListener('DOMContentLoaded', show, { once: true });
}

interface Whole {
  readonly box: HTMLElement;
  readonly api: Api;
  readonly lang: string;
  readonly kind: string;
  /** Set at the tag, it goes before the channel's. */
  readonly theme: string | undefined;
  /** What is found on the page at the time of sending: ids of analytics often come late. */
  readonly visit: () => object;
}

function visitOf(memory: Memory): object {
  // Not crypto.randomUUID, which pages without https do not have.
  const random = crypto.getRandomValues(new Uint32Array(3));
  const visitorId = memory.get<string>('visitor') ?? `v_${[...random].map((part) => part.toString(36)).join('')}`;
  memory.set('visitor', visitorId);
  return { ...lookAround(window, memory), visitorId };
}

const retryMs = [1_000, 3_000, 10_000, 30_000];

/** Asks for the form until it is there; where there is none for this page, whoever put it there reads why. */
async function load({ api, lang, kind }: Whole): Promise<GivenForm | undefined> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await api.load(lang, kind);
    } catch (error) {
      if (error instanceof NoForm && error.isFinal) {
        console.error(`Form: ${error.message}`);
        return undefined;
      }
      await new Promise((done) => setTimeout(done, retryMs[failures] ?? retryMs.at(-1)));
    }
  }
}

/** Shows an empty form. */
async function present(whole: Whole, takesFocus: boolean): Promise<void> {
  const given = await load(whole);
  if (!given) return;
  const { box } = whole;
  box.style.setProperty('--accent', given.look.color);
  box.style.setProperty('--on-accent', given.look.onColor);
  box.dataset.theme = whole.theme ?? given.look.theme;
  box.innerHTML = given.html;
  const form = box.querySelector('form');
  if (!form) return;
  if (takesFocus) form.querySelector<HTMLElement>('input:not([type=hidden], [tabindex])')?.focus();
  const mayFromMs = performance.now() + given.waitMs;
  let isSending = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    void submit(form, given, { whole, mayFromMs }).finally(() => {
      isSending = false;
    });
  });
}

/** Sends the form; what was typed stays until it was taken. */
async function submit(
  form: HTMLFormElement,
  { texts }: GivenForm,
  { whole, mayFromMs }: { readonly whole: Whole; readonly mayFromMs: number },
): Promise<void> {
  const shown = shownForm(form);
  const absent = shown.absent();
  if (Object.keys(absent).length > 0) return shown.tell(texts.check, absent);
  shown.tell('');
  shown.busy(texts.sending);
  // Whoever fills in by a key what a browser remembers is quicker than a person who types.
  await new Promise((done) => setTimeout(done, Math.max(0, mayFromMs - performance.now())));
  const filled = () => {
    const values = shown.values();
    const [token, kind, website] = ['token', 'kind', 'website'].map(shown.value);
    return { token, kind, website, lang: whole.lang, values, ...whole.visit() };
  };
  let answer = await whole.api.send(filled());
  // Sent already with something else in it, or open for longer than a day: it goes on with the new token.
  if (answer && 'token' in answer && answer.token !== undefined) {
    shown.set('token', answer.token);
    answer = await whole.api.send(filled());
  }
  shown.busy(undefined);
  if (answer === undefined) return shown.tell(texts.unavailable);
  if ('html' in answer) return thank(whole, answer.html);
  // A browser that fills in everything has filled in what nobody sees, too.
  shown.set('website', '');
  shown.tell(answer.message, answer.fields);
}

function thank(whole: Whole, html: string): void {
  const { box } = whole;
  box.innerHTML = html;
  box.querySelector<HTMLElement>('.done')?.focus();
  box.querySelector('.again')?.addEventListener('click', () => void present(whole, true));
}

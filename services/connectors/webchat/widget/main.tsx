import { createMemory, lookAround } from '@trunkline/adapter-kit/page';
import { render } from 'preact';
import { createApi } from './api.ts';
import { createChat } from './chat.ts';
import style from './style.css?inline';
import { textsOf } from './texts.ts';
import { App } from './view/app.tsx';

const script = document.currentScript;
if (script instanceof HTMLScriptElement && script.dataset.channel) open(script, script.dataset.channel);

/** Puts the widget on the page, apart from its styles: nothing of the page reaches inside, nothing of ours outside. */
function open(from: HTMLScriptElement, channel: string): void {
  const { lang: wanted, color, open: opens, identity: signed, inside } = from.dataset;
  const lang = wanted ?? (document.documentElement.lang || navigator.language);
  const texts = textsOf(lang);
  const memory = createMemory(`trunkline:${channel}:`, () => localStorage);
  const identity = signed === undefined ? undefined : JSON.parse(signed);
  const found = () => lookAround(window, memory);
  // Kept from the first page, whether or not anybody writes there.
  found();
  const api = createApi(new URL('./', from.src).href);
  const chat = createChat({ api, channel, memory, texts, lang, found, identity });
  const show = () => {
    const host = document.createElement('trunkline-widget');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = document.createElement('style');
    sheet.textContent = style;
    const box = document.createElement('div');
    root.append(sheet, box);
    // Inside an element that is a containing block of its own, the widget stays in that part of the page.
    const place = inside === undefined ? null : document.querySelector(inside);
    (place ?? document.body).append(host);
    const app = { chat, texts, color, opensAtOnce: opens !== undefined, isInside: place !== null };
    render(<App {...app} />, box);
    // Who wrote here before may have an answer; of whoever never did, nobody needs to know.
    if (memory.get('resume') !== undefined) chat.start();
  };
  if (document.body) show();
  else addEventListener('DOMContentLoaded', show, { once: true });
}

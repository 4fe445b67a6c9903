import { createHash } from 'node:crypto';
import { textOn } from '@trunkline/adapter-kit/page';
import { html, type Markup } from './html.ts';
import type { Settings } from './settings.ts';

/** A page of ours, and what browsers are told of it. */
export interface PageAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Puts a form on a page of its own, which needs no script: to link to, and for a frame in a company's page. Pure. */
export function pageOf(content: Markup, title: string, { lang, settings, style }: Dress): PageAnswer {
  const { color, theme, origins } = settings;
  const sheet = `${style}\n.page{--accent:${color};--on-accent:${textOn(color)}}`;
  const page = html`<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${{ markup: sheet }}</style></head>
<body class="page box" data-theme="${theme}"><main>${content}</main></body></html>`;
  const hash = createHash('sha256').update(sheet).digest('base64');
  const rules = {
    'default-src': "'none'",
    'style-src': `'sha256-${hash}'`,
    'form-action': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': origins.length === 0 ? '*' : origins.join(' '),
  };
  const policy = Object.entries(rules).map(([name, value]) => `${name} ${value}`);
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      // What was typed into a company's page may stand in the address: told to us alone. With none told at all, browsers hide
      // the origin of what is sent, too, and our own page would be a stranger to us.
      'referrer-policy': 'same-origin',
    },
    body: page.markup,
  };
}

/** How a page looks. */
export interface Dress {
  readonly lang: string;
  readonly settings: Settings;
  /** The form's style sheet. */
  readonly style: string;
}

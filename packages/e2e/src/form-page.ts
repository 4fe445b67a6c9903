import { startHttpDouble } from '@trunkline/testkit';
import type { BrowserContext, Page } from 'playwright-core';

/** A page of a company, as it puts a form on it. */
export interface CompanyPage {
  /** What stands where the form is to be. */
  readonly html: string;
  readonly lang?: string;
  readonly path?: string;
}

/** Opens a company's page in a browser, served from another origin than the form. Leaving the block ends its server. */
export async function openCompanyPage(context: BrowserContext, { html, lang = 'en', path = '/contact' }: CompanyPage) {
  const ground = `<style>
    :root { color-scheme: light dark } body { margin: 0; font: 17px/1.6 Georgia, serif; background: light-dark(#f4f1ea, #0b0f14) }
    main { max-width: 680px; margin: 0 auto; padding: 32px 16px } h1 { font-weight: 500 }
    /* What a site's own styles do to forms: nothing of it may reach inside. */
    input, button, label, h2 { all: unset; display: inline; color: red; font: 9px monospace } iframe { width: 100%; height: 680px; border: 0 }
  </style>`;
  const body = `<!doctype html><html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Kettle &amp; Cup</title>${ground}<main><h1>Kettle &amp; Cup</h1>${html}</main></html>`;
  const server = await startHttpDouble(({ url }) =>
    url.pathname === '/favicon.ico'
      ? { status: 204 }
      : { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body },
  );
  const page: Page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`${server.url}${path}`);
  return { page, origin: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** The one line that puts a form on a page. */
export function formTag(formUrl: string, attributes = ''): string {
  return `<script src="${formUrl}/form.js" ${attributes} async></script>`;
}

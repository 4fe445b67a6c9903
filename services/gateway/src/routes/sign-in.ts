import { type DescribeSignInResponse, type FinishResponse, SignInServiceDefinition } from '@trunkline/contracts';
import { asTrunklineError, everyTenant, type RpcClients, type Runtime } from '@trunkline/runtime';
import { pageHeaders } from './pages.ts';

/** No word of a platform is longer. */
const wordMax = 4_096;
const wordsMax = 20;

const path = '/oauth/callback';
const html = 'text/html; charset=utf-8';
/** The page's only button leads back to the address that the browser is at. */
const askingHeaders = {
  ...pageHeaders,
  'content-security-policy': pageHeaders['content-security-policy'].replace("form-action 'none'", "form-action 'self'"),
};

/**
 * Where every messenger sends a person's browser back to: GET /oauth/callback?state=…&code=… Nobody proves who they are
 * here: the word `state` works once, and says by itself whose signing in it is. Whoever began it may have sent its address to
 * somebody else, who agrees at the platform without having heard of them: so the person reads first which organization it is,
 * and only their own click hands the accounts over.
 */
export function serveSignIn(http: Runtime<unknown>['http'], clients: RpcClients): void {
  const signIns = clients.of(SignInServiceDefinition, 'directory');
  const finish = async (state: string, query: Record<string, string>): Promise<Shown> => {
    const told = await signIns.finish({ state, query }, { tenant: everyTenant });
    return { status: told.isGranted ? 200 : 403, headers: pageHeaders, page: pageOf(told) };
  };
  const ask = async (state: string): Promise<Shown> => {
    const asked = await signIns.describe({ state }, { tenant: everyTenant });
    return { status: 200, headers: askingHeaders, page: askingPage(asked) };
  };
  http.get(path, async ({ query }, reply) => {
    const { state = '', ...words } = wordsOf(query);
    // Who did not agree hands nothing over.
    const showing = words.error === undefined ? ask(state) : finish(state, words);
    const { status, headers, page } = await showing.catch(failed);
    return reply.code(status).headers(headers).type(html).send(page);
  });
  http.post(path, async ({ query }, reply) => {
    const { state = '', ...words } = wordsOf(query);
    const { status, headers, page } = await finish(state, words).catch(failed);
    return reply.code(status).headers(headers).type(html).send(page);
  });
}

interface Shown {
  readonly status: number;
  readonly headers: typeof pageHeaders;
  readonly page: string;
}

function failed(error: unknown): Shown {
  const { code, publicMessage } = asTrunklineError(error);
  const page = htmlOf('This did not work', [publicMessage]);
  return { status: code === 'not_found' ? 404 : 503, headers: pageHeaders, page };
}

function wordsOf(query: unknown): Record<string, string> {
  const given = Object.entries(query ?? {}).slice(0, wordsMax);
  return Object.fromEntries(given.map(([name, value]) => [name.slice(0, wordMax), String(value).slice(0, wordMax)]));
}

function pageOf({ isGranted, reason, tenantName, connectorTitle, accounts }: FinishResponse): string {
  if (!isGranted)
    return htmlOf(`${connectorTitle} is not connected`, [reason, 'You may close this window and try again.']);
  const what = accounts === 1 ? 'One account' : `${accounts} accounts`;
  return htmlOf(`Signed in at ${connectorTitle}`, [
    `${what} can now be connected for “${tenantName}”. You may close this window and choose there.`,
    `If this is not your organization, take the permission back in the settings of ${connectorTitle}.`,
  ]);
}

function askingPage({ tenantName, connectorTitle }: DescribeSignInResponse): string {
  const title = `Give your accounts at ${connectorTitle} to “${tenantName}”?`;
  const words = [
    `“${tenantName}” will read and answer what people write there.`,
    `If you do not know this organization, close this window, and take the permission back in the settings of ${connectorTitle}.`,
  ];
  // Without an address of its own a form goes to where the page is, with all that the platform sent.
  return htmlOf(title, words, '<form method="post"><button class="primary">Yes, connect them</button></form>');
}

function htmlOf(title: string, lines: readonly string[], form = ''): string {
  const paragraphs = lines.filter(Boolean).map((line) => `<p class="words">${escaped(line)}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<link rel="icon" href="/operations/favicon.svg">
<link rel="stylesheet" href="/operations/page.css">
</head>
<body class="status">
<main><section class="panel status-card"><h1>${escaped(title)}</h1>${paragraphs.join('')}${form}</section></main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

import { type FinishResponse, SignInServiceDefinition } from '@trunkline/contracts';
import { asTrunklineError, everyTenant, type RpcClients, type Runtime } from '@trunkline/runtime';
import { pageHeaders } from './pages.ts';

/** No word of a platform is longer. */
const wordMax = 4_096;
const wordsMax = 20;

/**
 * Where every messenger sends a person's browser back to: GET /oauth/callback?state=…&code=… Nobody proves who they are
 * here: the word `state` is known to the one who began alone, works once, and says by itself whose signing in it is.
 */
export function serveSignIn(http: Runtime<unknown>['http'], clients: RpcClients): void {
  const signIns = clients.of(SignInServiceDefinition, 'directory');
  http.get('/oauth/callback', async ({ query }, reply) => {
    const { state = '', ...words } = wordsOf(query);
    const { status, page } = await signIns.finish({ state, query: words }, { tenant: everyTenant }).then(
      (told) => ({ status: told.isGranted ? 200 : 403, page: pageOf(told) }),
      (error: unknown) => {
        const { code, publicMessage } = asTrunklineError(error);
        return { status: code === 'not_found' ? 404 : 503, page: htmlOf('This did not work', publicMessage) };
      },
    );
    return reply.code(status).headers(pageHeaders).type('text/html; charset=utf-8').send(page);
  });
}

function wordsOf(query: unknown): Record<string, string> {
  const given = Object.entries(query ?? {}).slice(0, wordsMax);
  return Object.fromEntries(given.map(([name, value]) => [name.slice(0, wordMax), String(value).slice(0, wordMax)]));
}

function pageOf({ isGranted, reason, tenantName, connectorTitle, accounts }: FinishResponse): string {
  if (!isGranted)
    return htmlOf(`${connectorTitle} is not connected`, reason, 'You may close this window and try again.');
  const what = accounts === 1 ? 'One account' : `${accounts} accounts`;
  return htmlOf(
    `Signed in at ${connectorTitle}`,
    `${what} can now be connected for “${tenantName}”. You may close this window and choose there.`,
    `If this is not your organization, take the permission back in the settings of ${connectorTitle}.`,
  );
}

function htmlOf(title: string, ...lines: readonly string[]): string {
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
<main><section class="panel status-card"><h1>${escaped(title)}</h1>${paragraphs.join('')}</section></main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

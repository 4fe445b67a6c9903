import { readFile } from 'node:fs/promises';
import type { ConnectorHost } from '@trunkline/adapter-kit';
import { formLimits } from './limits.ts';
import { channelOf, type Route } from './serve-form.ts';
import { servePage } from './serve-page.ts';
import { serveScript } from './serve-script.ts';
import type { Settings } from './settings.ts';

const folder = new URL('./widget/', import.meta.url);

/** The form's door: everything under /hooks/forms/<channel>, which is the address of the form's own page. */
export async function serve(host: ConnectorHost<Settings>): Promise<void> {
  const { http } = host;
  http.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/hooks/forms/')) return;
    // Any page may ask: which one may show a channel's form is checked against the channel's own list.
    reply.header('access-control-allow-origin', '*').header('access-control-allow-headers', 'content-type');
    if (request.method === 'OPTIONS') await reply.code(204).header('access-control-max-age', '86400').send();
  });
  http.options('/hooks/forms/*', async () => '');
  const script = await readFile(new URL('dist/widget.js', folder));
  http.get<Route>('/hooks/forms/:id/form.js', async ({ params }, reply) => {
    channelOf(host, params.id);
    reply.header('content-type', 'text/javascript; charset=utf-8').header('cache-control', 'public, max-age=300');
    return script;
  });
  const limits = formLimits();
  serveScript(host, limits);
  servePage(host, limits, await readFile(new URL('style.css', folder), 'utf8'));
}

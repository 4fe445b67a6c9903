import { readFile } from 'node:fs/promises';
import { type ConnectorHost, createLimit, type Limit } from '@trunkline/adapter-kit';
import { channelOf, type Route } from './serve-form.ts';
import { servePage } from './serve-page.ts';
import { serveScript } from './serve-script.ts';
import type { Settings } from './settings.ts';
import type { TakeLimits } from './take.ts';

const folder = new URL('./widget/', import.meta.url);

/** Forms of an address at once, and a minute: an office has one address. */
const addressBurst = 10;
const addressPerMinute = 3;

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
  const limits = takeLimits();
  serveScript(host, limits);
  servePage(host, limits, await readFile(new URL('style.css', folder), 'utf8'));
}

/** The gateway sends a channel to one instance as long as it answers, so what this one counts is what there is. */
function takeLimits(): TakeLimits {
  const channels = new Map<number, Limit>();
  return {
    addresses: createLimit(addressBurst, addressPerMinute),
    channel: ({ id, settings: { perMinute } }, nowMs) => {
      const limit = channels.get(perMinute) ?? createLimit(perMinute, perMinute);
      channels.set(perMinute, limit);
      return limit.take(id, nowMs);
    },
  };
}

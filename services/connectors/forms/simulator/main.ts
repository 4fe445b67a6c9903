import { html } from '../html.ts';
import { type FormDoor, startFormDoor } from './door.ts';

const { PORT: port = '8099', BIND_ADDRESS: host = '127.0.0.1', SETTINGS: set = '{"country":"RU"}' } = process.env;

if (process.argv.includes('--help')) {
  console.log(`A company's page with a form on it, and what the company gets of it. On this machine and in memory.

  PORT             port; 8099
  BIND_ADDRESS     address to listen on; 127.0.0.1
  SETTINGS         settings of the form, as JSON; {"country":"RU"}

/ has the form by its script, /frame without one in a frame, /own a form of the company's own that is sent to it.
/events tells what was stored. POST /door/down and /door/up: the door cannot store, and can again.`);
} else {
  const door = await startFormDoor({ settings: JSON.parse(set), port: Number(port), host, beside });
  const { origin } = new URL(door.url);
  console.log(`A company's page:    ${origin}/  ${origin}/frame  ${origin}/own`);
  console.log(`The form's own page: ${door.url}`);
  console.log(`What else it can do: npm run simulate forms -- --help`);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void door[Symbol.asyncDispose]());
}

/** The company's pages, each with a form in another way, and what came of them. */
function beside(
  http: Parameters<NonNullable<NonNullable<Parameters<typeof startFormDoor>[0]>['beside']>>[0],
  door: FormDoor,
): void {
  const path = () => new URL(door.url).pathname;
  const pages = {
    '/': () => html`<script src="${path()}/form.js" async></script>`,
    '/frame': () => html`<iframe src="${path()}" title="Form" referrerpolicy="no-referrer-when-downgrade"></iframe>`,
    '/own': () => html`<form method="post" action="${path()}"><label>Phone <input name="phone" type="tel"></label>
<label>Message <input name="message"></label> <button>Send</button></form>`,
  };
  for (const [address, form] of Object.entries(pages)) {
    http.get(address, async (_request, reply) => {
      reply.header('content-type', 'text/html; charset=utf-8');
      return companyPage(form()).markup;
    });
  }
  http.get('/events', async () => door.entered);
  http.post('/door/:state', async ({ params }) => {
    door.isDown = (params as { state: string }).state === 'down';
    return { isDown: door.isDown };
  });
}

function companyPage(form: ReturnType<typeof html>) {
  const script = `const show = async () => {
  const events = await (await fetch('/events')).json();
  document.querySelector('pre').textContent = events.map((event) => JSON.stringify(event, null, 2)).reverse().join('\\n');
};
setInterval(show, 1000); show();
document.querySelector('#down').onchange = ({ target }) => fetch('/door/' + (target.checked ? 'down' : 'up'), { method: 'POST' });`;
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A company’s page</title>
<style>:root{color-scheme:light dark}body{margin:0;font:16px/1.5 system-ui}main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:32px;padding:24px}
iframe{width:100%;height:700px;border:0}pre{overflow:auto;max-height:80vh;font-size:13px}</style>
<main><section><h1>A company’s page</h1><p><a href="/">script</a> · <a href="/frame">frame</a> · <a href="/own">a form of its own</a></p>${form}</section>
<section><h2>What the company gets</h2><label><input type="checkbox" id="down"> the door is down</label><pre></pre></section></main>
<script type="module">${{ markup: script }}</script></html>`;
}

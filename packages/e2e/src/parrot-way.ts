import assert from 'node:assert/strict';
import { apiOf } from '../../../scripts/up/api.ts';
import { openPortalPage } from '../../../scripts/up/once/portal-page.ts';
import { startHttpDouble, until } from '../../testkit/src/index.ts';
import { runDemo } from './running-demo.ts';

// Run in a copy of the repository with the connector "parrot", as `npm run new connector parrot` writes it: a message to the
// portal and an answer back, through every service.

const text = 'hello from a parrot';

/** Printed at the end, if all of it came. */
export const proof = `heard "${text}" and answered`;

if (import.meta.main) await carry();

/** The messenger, as the skeleton imagines it. */
async function startMessenger() {
  const sent: { readonly to?: string; readonly text?: string }[] = [];
  let hook: { readonly url: string; readonly secret: string } | undefined;
  const double = await startHttpDouble(({ url, body }) => {
    const asked = JSON.parse(body.toString());
    if (url.pathname === '/me') return { status: 200, body: { id: 'account-1', name: 'Parrot' } };
    if (url.pathname === '/hook') {
      hook = asked;
      return { status: 200, body: { url: asked.url } };
    }
    sent.push(asked);
    return { status: 200, body: { id: `p-${sent.length}` } };
  });
  return { ...double, sent, hook: () => hook, [Symbol.asyncDispose]: () => double[Symbol.asyncDispose]() };
}

async function carry(): Promise<void> {
  await using messenger = await startMessenger();
  await using demo = await runDemo({ PLATFORM_HOSTS: new URL(messenger.url).origin });
  await using portal = await openPortalPage(demo.pageUrl);
  const api = apiOf(demo.gatewayUrl, demo.administratorKey);
  const { tenantId, lineId } = demo.demo;
  await until(() =>
    api('DirectoryService/CreateChannel', {
      ...{ idempotencyKey: 'parrot', tenantId, lineId, connector: 'parrot', name: 'Parrots' },
      ...{ settingsJson: JSON.stringify({ apiUrl: messenger.url }), secrets: { token: 'token-1' } },
    }).catch(() => undefined),
  );
  const hook = messenger.hook();
  assert.ok(hook, 'the connector wrote its hook');

  const message = { id: 'm1', number: 7, sentAt: Date.now(), from: { id: 'polly', name: 'Polly' }, text };
  const call = {
    method: 'POST',
    headers: { 'x-hook-secret': hook.secret, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'message', message }),
  };
  await until(async () => (await fetch(hook.url, call)).ok, 30_000);
  const { conversationId } = await portal.received(text);
  await portal.answer(conversationId, 'good day');
  const answer = await until(() => messenger.sent[0], 60_000);
  assert.deepEqual(answer, { to: 'polly', text: 'good day' });
  assert.deepEqual(portal.problems, []);
  console.log(proof);
}

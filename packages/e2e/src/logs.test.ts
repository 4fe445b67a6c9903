import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { apiOf } from '../../../scripts/up/api.ts';
import { openPortalPage } from '../../../scripts/up/once/portal-page.ts';
import { openVisitor } from '../../../scripts/up/once/visitor.ts';
import { callHook } from './hook-caller.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

/** What people wrote and who they are: words that stand nowhere else. */
const personal = {
  name: 'Melusina',
  surname: 'Quillfeather',
  username: 'quillfeather_m',
  phone: '4915550174823',
  text: 'thursdays-gallbladder',
  visitorText: 'moonlit-mortgage',
  answer: 'pangolin-invoice',
  broken: 'zeppelin-diagnosis',
} as const;

/** Everything that may go well and wrong with a message on its way: what each service logs of it. */
async function live(demo: WholeDemo): Promise<void> {
  const { simulator } = demo;
  assert.ok(simulator);
  await using portal = await openPortalPage(demo.pageUrl);
  await using visitor = await openVisitor(demo.gatewayUrl, demo.demo.webchatChannelId);
  const { id } = simulator.person({
    ...{ first_name: personal.name, last_name: personal.surname, username: personal.username },
  });
  simulator.write({ from: id, text: personal.text });
  simulator.shareContact({ from: id, phone: personal.phone });
  await visitor.write(personal.visitorText);
  const { conversationId } = await portal.received(personal.text);
  await portal.received(personal.visitorText);
  await portal.answer(conversationId, personal.answer);
  // Not understood: cut in the middle, and of a kind that nobody knows.
  await callHook(simulator, `{"update_id": 7, "message": {"text": "${personal.broken}`);
  await callHook(simulator, JSON.stringify({ update_id: 8, unheard_of: { text: personal.broken } }));
  // Refused: by the messenger, by the portal, by us.
  simulator.block({ from: id });
  await portal.answer(conversationId, `${personal.answer} again`);
  const api = apiOf(demo.gatewayUrl, demo.demo.apiKey);
  await assert.rejects(api('ContactService/Find', { value: personal.phone, pageSize: 1_000_000 }));
  const off = { method: 'POST', body: JSON.stringify({ mode: 'off' }) };
  assert.equal((await fetch(new URL('/api/mode', demo.pageUrl), off)).status, 200);
  await visitor.write(`${personal.visitorText} again`);
  await until(async () => (await lines(demo)).some((line) => line.includes('Batch not delivered')));
}

async function lines({ logFolder }: WholeDemo): Promise<string[]> {
  const files = await readdir(logFolder);
  const texts = await Promise.all(files.map((file) => readFile(join(logFolder, file), 'utf8')));
  return texts.flatMap((text) => text.trimEnd().split('\n'));
}

/** Secrets of the installation, its channels, its users. */
async function secretsOf({ dataFolder, demo, simulator }: WholeDemo): Promise<string[]> {
  const kept: Record<string, string> = JSON.parse(await readFile(join(dataFolder, 'secrets.json'), 'utf8'));
  return [
    ...Object.values(kept),
    demo.apiKey,
    demo.licenceKey,
    simulator?.token ?? '',
    simulator?.state.hook?.secret ?? '',
  ];
}

test('no log of any service, at its most talkative, holds a text, a name, a phone number or a secret', async () => {
  await using demo = await runDemo({ LOG_LEVEL: 'debug' });
  await live(demo);
  const logged = await lines(demo);
  // It does say what happened: by ids and codes.
  for (const said of ['A hook call was not understood', 'Micro-batch normalized', 'Batch delivered']) {
    assert.ok(
      logged.some((line) => line.includes(said)),
      `nobody logged "${said}"`,
    );
  }
  const forbidden = [...Object.values(personal), ...(await secretsOf(demo))];
  assert.ok(forbidden.every((word) => word.length > 7));
  for (const word of forbidden) {
    assert.deepEqual(
      logged.filter((line) => line.includes(word)),
      [],
    );
  }
});

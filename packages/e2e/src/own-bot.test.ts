import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createProgress } from '../../../scripts/progress.mjs';
import { startAll } from '../../../scripts/start/servers.ts';
import { openPortalPage } from '../../../scripts/up/once/portal-page.ts';
import { newPerson } from '../../../scripts/up/once/telephone.ts';
import { startDemo } from '../../../scripts/up/start-demo.ts';
import { createTelegramSimulator } from '../../../services/connectors/telegram/simulator/index.ts';

test('a bot of one’s own works from a machine that its platform cannot call: updates are fetched, answers arrive', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-bot-'));
  try {
    await using platform = await createTelegramSimulator();
    await using servers = await startAll(join(folder, 'servers'), createProgress(), new AbortController());
    await using demo = await startDemo({
      environment: { ...servers.environment, LOG_LEVEL: 'warn' },
      dataFolder: folder,
      logFolder: join(folder, 'logs'),
      bot: { token: platform.token, apiUrl: platform.url },
      signal: new AbortController().signal,
    });
    assert.equal(demo.simulator, undefined);
    await using portal = await openPortalPage(demo.pageUrl);
    const person = newPerson(platform);

    person.write('Do you deliver on Sundays?');
    const { conversationId } = await portal.received('Do you deliver on Sundays?');
    await portal.answer(conversationId, 'We do');
    await person.received('We do');

    assert.equal(platform.state.hook, undefined);
    assert.notEqual(platform.callsOf('getUpdates').length, 0);
    assert.deepEqual(portal.problems, []);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

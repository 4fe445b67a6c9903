import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelAccess } from '../channel.ts';
import { createSharedPauses } from './shared-pauses.ts';

const channels: Readonly<Record<string, { readonly app: string; readonly account: string }>> = {
  one: { app: 'a', account: '1' },
  two: { app: 'a', account: '2' },
  three: { app: 'b', account: '1' },
};
const accessOf = (id: string) => ({ id }) as ChannelAccess;

test('the limit of an app or of an account pauses all channels of it and no others', () => {
  const pausesOf = () =>
    createSharedPauses({ limitKeys: ({ id }) => channels[id] ?? {}, channel: accessOf, now: () => 0 });
  const waiting = (pauses: ReturnType<typeof pausesOf>) => Object.keys(channels).map((id) => pauses.untilMs(id));
  const byApp = pausesOf();
  byApp.pause(accessOf('one'), 'app', 5_000);
  byApp.pause(accessOf('two'), 'app', 3_000);
  assert.deepEqual(waiting(byApp), [5_000, 5_000, 0], 'a pause is never shortened');
  const byAccount = pausesOf();
  byAccount.pause(accessOf('one'), 'account', 5_000);
  assert.deepEqual(waiting(byAccount), [5_000, 0, 5_000]);
});

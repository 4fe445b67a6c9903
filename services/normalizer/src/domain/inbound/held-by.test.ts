import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlAction, ids, MessageState, Typing } from '@trunkline/contracts';
import {
  capabilities,
  channel,
  greeted,
  hookCall,
  message,
  only,
  sendResult,
  submission,
  write,
} from '../../testing/build.ts';
import { createWorld } from '../../testing/world.ts';

const { CONTROL_ACTION_TAKEN: taken, CONTROL_ACTION_RELEASED: released } = ControlAction;
const { CONTROL_ACTION_PASSED: passed, CONTROL_ACTION_REQUESTED: requested } = ControlAction;

/** A conversation that has begun, on a platform where apps hand conversations on. */
async function aConversation() {
  const here = createWorld({ channels: [channel], capabilities: { ...capabilities, canControl: true } });
  await greeted(here);
  let number = 0;
  const next = () => {
    number += 1;
    return `k${number}`;
  };
  const codes = async (item: ReturnType<typeof submission>) =>
    only(await here.take(item), 'status').map(({ told }) => told.error?.code);
  return {
    here,
    /** The person wrote so long ago, to another app or to us. */
    heard: (isHeldElsewhere: boolean, agoMs = 0) =>
      here.take(hookCall({ ...message(next()), isHeldElsewhere, sentAt: new Date(here.nowMs - agoMs) })),
    control: async (action: ControlAction) => {
      const key = next();
      const refused = await codes(submission(key, { $case: 'control', value: { action, toApp: '', metadata: '' } }));
      assert.deepEqual(refused, []);
      return ids.message('t1', key);
    },
    /** Why an answer is refused now; nothing: it goes. */
    refusal: async () => (await codes(write(next()))).join(),
    mark: (action: Parameters<typeof submission>[1]) => here.take(submission(next(), action)),
  };
}

test('a conversation that another app has is not written to, until it is ours again or an order takes it', async () => {
  const { here, heard, control, refusal } = await aConversation();
  await heard(true);
  assert.equal(await refusal(), 'permission');
  await control(requested);
  assert.equal(await refusal(), 'permission');
  await control(taken);
  assert.equal(await refusal(), '');
  here.nowMs += 1_000;
  await heard(true);
  assert.equal(await refusal(), 'permission');
  await heard(false);
  assert.equal(await refusal(), '');
});

for (const [what, action] of [
  ['taken', taken],
  ['released', released],
] as const) {
  test(`what was written before the conversation was ${what} and comes after it does not close it again`, async () => {
    const { here, heard, control, refusal } = await aConversation();
    await control(action);
    here.nowMs += 500;
    await heard(true, 1_500);
    assert.equal(await refusal(), '');
    await heard(true, 100);
    assert.equal(await refusal(), 'permission', 'what was written after it does');
  });
}

test('what the other app was told until the platform took the order is past, too', async () => {
  const { here, heard, control, refusal } = await aConversation();
  await heard(true);
  const messageId = await control(taken);
  here.nowMs += 1_000;
  await heard(true);
  here.nowMs += 1_000;
  await here.take(sendResult({ messageId, state: MessageState.MESSAGE_STATE_SENT }));
  assert.equal(await refusal(), '');
});

test('a conversation that we passed on is the other app’s at once, whatever was written to us before', async () => {
  const { here, heard, control, refusal } = await aConversation();
  await control(passed);
  assert.equal(await refusal(), 'permission');
  here.nowMs += 500;
  await heard(false, 1_500);
  assert.equal(await refusal(), 'permission');
  await heard(false, 100);
  assert.equal(await refusal(), '');
});

test('marks in a conversation that another app has are dropped without a word', async () => {
  const { here, heard, mark } = await aConversation();
  const typing = { $case: 'typing', value: Typing.create({ isOn: true }) } as const;
  assert.equal(only(await mark(typing), 'submitted').length, 1);
  await heard(true);
  const read = { $case: 'read', value: { messageId: here.all('messages')[0]?._id ?? '' } } as const;
  assert.deepEqual([...(await mark(typing)), ...(await mark(read))], []);
});

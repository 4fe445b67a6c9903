import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { keySecondsOf } from '@trunkline/adapter-kit';
import { EgressItem, MessageState, SendOrder } from '@trunkline/contracts';
import { act, loadDrivers, textsSeen, until } from '@trunkline/testkit';
import { type LoneConnector, startLoneConnector } from './lone-connector.ts';

// Each connector in a process of its own, killed between the platform's doing it and the record of it: whichever folder has a
// driver beside its simulator takes part.

const { MESSAGE_STATE_SENT: SENT, MESSAGE_STATE_UNKNOWN: UNKNOWN } = MessageState;
const longMs = 60_000;
const drivers = await loadDrivers(resolve(import.meta.dirname, '../../../services/connectors'));

for (const [name, startDriver] of drivers) {
  test(`${name}: killed between the call and its record, a client gets one message, and its outcome is told or unknown`, async () => {
    await using lone = await startLoneConnector(name, startDriver, {
      SEND_DOUBT_SECONDS: '8',
      SEND_TIMEOUT_SECONDS: '4',
    });
    const { connector, driver } = lone;
    const { id: person } = driver.person.given;
    const times = (text: string) => textsSeen(driver, person).filter((one) => one === text).length;

    // The platform does it at once, and its answer would come long after.
    act(driver, 'fail', { kind: 'late_answer', method: driver.sendMethod, delayMs: 120_000 });
    const lost = await order(lone, 'the one in doubt');
    await until(() => times('the one in doubt') === 1, longMs);
    await lone.kill();
    assert.equal(await lone.resultOf(lost), undefined, 'nobody had recorded it');
    act(driver, 'heal', {});

    lone.start();
    // Some messengers prove what they have only with what the person writes next.
    act(driver, 'write', { from: person, text: 'are you there?' });
    const next = await order(lone, 'the next one');
    const result = await until(() => lone.resultOf(lost), longMs);
    await until(async () => (await lone.resultOf(next))?.state === SENT, longMs);
    assert.deepEqual([times('the one in doubt'), times('the next one')], [1, 1]);
    const isTold = keySecondsOf(connector, orderSent(lone, 'any')) > 0 || connector.hook?.confirms !== undefined;
    assert.equal(result.state, isTold ? SENT : UNKNOWN, isTold ? 'by its key, or by an echo' : 'nothing proves it');
  });
}

/** Orders a text for the person; gives the message's id. */
async function order(lone: LoneConnector, plain: string): Promise<string> {
  const value = orderSent(lone, plain);
  await lone.around.order(
    EgressItem.fromPartial({
      ...{ tenantId: 't1', channelId: lone.channelId, conversationId: 'conversation', at: new Date() },
      order: { $case: 'send', value },
    }),
  );
  return value.message?.id ?? '';
}

function orderSent({ conversation }: LoneConnector, plain: string): SendOrder {
  const action = { $case: 'message', value: { content: { kind: { $case: 'text', value: { plain } } } } } as const;
  return SendOrder.fromPartial({ message: { id: randomUUID(), action }, conversation, parts: 1 });
}

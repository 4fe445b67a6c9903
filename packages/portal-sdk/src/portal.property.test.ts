import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { start } from './chain.ts';
import { brief, createReceiver } from './testing/receiver.ts';
import { createSender, licenceKeyOf, requestOf, type Wire } from './testing/sender.ts';

/** One thing that goes wrong between sender and portal. */
type Trouble =
  | { kind: 'repeat' | 'lost_answer' | 'forged' | 'truncated' | 'handler_fails'; at: number }
  | { kind: 'swap' | 'drop' | 'change'; at: number };

const trouble: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constantFrom('repeat', 'lost_answer', 'forged', 'truncated', 'handler_fails', 'swap', 'drop', 'change'),
  at: fc.nat(1_000),
});

function spoil(batch: readonly Wire[], { kind, at }: Trouble): Wire[] {
  const spoiled = batch.map((event) => ({ ...event }));
  const place = at % spoiled.length;
  const [event, next] = [spoiled[place], spoiled[place + 1]];
  if (kind === 'drop') spoiled.splice(place, 1);
  if (kind === 'swap' && event && next) spoiled.splice(place, 2, next, event);
  // A notice is the sender's word alone: its chain is believed because it is signed.
  if (kind === 'change' && event?.datacontenttype === 'application/jose') event.chain = 'f'.repeat(64);
  return spoiled;
}

test('whatever goes wrong on the way, each event is taken once, in order, and none is missing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant('event') }, fc.constant('notice')), { maxLength: 40 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.option(trouble)), { maxLength: 30 }),
      async (kinds, tries) => {
        const sender = createSender();
        const stream = kinds.map((kind, index) => (kind === 'event' ? sender.event() : sender.notice(1 + (index % 5))));
        const seen: string[] = [];
        let failing = Number.POSITIVE_INFINITY;
        const take = ({ id }: { id: string }) => {
          failing -= 1;
          if (failing < 0) throw new Error('injected');
          seen.push(id);
        };
        const receiver = createReceiver({ onEvent: take, onNotice: take });
        let sent = 0;
        for (const [size, what] of [...tries, ...stream.map(() => [1, null] as const)]) {
          const batch = stream.slice(sent, sent + size);
          if (batch.length === 0) break;
          failing = what?.kind === 'handler_fails' ? what.at % batch.length : Number.POSITIVE_INFINITY;
          const request = requestOf(what ? spoil(batch, what) : batch, licenceKeyOf(what?.kind === 'forged' ? 3 : 1));
          const cut = what?.kind === 'truncated' ? request.rawBody.slice(0, what.at) : request.rawBody;
          const answer = await receiver.portal.handle({ ...request, rawBody: cut });
          const [, body] = brief(answer);
          const accepted = answer.status === 200 ? Number(Object(body).accepted) : 0;
          assert.ok(accepted <= batch.length);
          // A spoiled batch did not come from this sender: it may only believe an answer to its own bytes.
          const own = !what || !['forged', 'truncated', 'swap', 'drop', 'change', 'lost_answer'].includes(what.kind);
          if (own && what?.kind !== 'repeat') sent += accepted;
        }
        assert.deepEqual(
          seen,
          stream.map(({ id }) => id),
        );
        assert.deepEqual(await receiver.portal.cursor(), stream.length > 0 ? sender.head() : start);
      },
    ),
    { numRuns: 300 },
  );
});

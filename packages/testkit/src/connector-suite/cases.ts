import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hook } from '@trunkline/adapter-kit';
import { type ChannelEvent, type Content, Origin } from '@trunkline/contracts';
import { type IncomingFixture, rawCallOf } from './fixtures.ts';
import { createMemoryTools } from './memory-tools.ts';
import type { Suite } from './subject.ts';

type Check<Settings> = (suite: Suite<Settings>, hook: Hook<Settings>, fixture: IncomingFixture) => void;

/** What a connector must have met before its messenger sends it: a fixture each, or the reason why there is none. */
const cases: Readonly<Record<string, { readonly name: string; readonly check: Check<unknown> }>> = {
  otherAccount: {
    name: 'a call that tells of another account too gives the events of ours alone',
    check: ({ channel }, hook, fixture) => {
      assert.notDeepEqual(fixture.expect ?? [], [], 'something of it is ours');
      const others = hook.parse(rawCallOf(fixture), { ...channel, accountId: 'an account that is not in the call' });
      assert.deepEqual(others, [], 'nothing of it is told of an account that is not in it');
    },
  },
  handshake: {
    name: 'a handshake is answered, and tells nothing',
    check: async ({ channel }, hook, fixture) => {
      const call = rawCallOf(fixture);
      assert.deepEqual(hook.parse(call, channel), []);
      assert.equal((await hook.answer?.(call, channel, createMemoryTools()))?.status, 200);
    },
  },
  unknownSticker: {
    name: 'a sticker of a kind that nobody knows is still told',
    check: (suite, hook, fixture) => {
      const kinds = contentsOf(suite, hook, fixture).map(({ kind }) => kind?.$case);
      assert.ok(
        kinds.some((kind) => kind === 'sticker' || kind === 'image' || kind === 'unsupported'),
        String(kinds),
      );
    },
  },
  namelessContact: {
    name: 'a contact card without a name is a card',
    check: (suite, hook, fixture) => {
      const cards = contentsOf(suite, hook, fixture).flatMap(({ kind }) =>
        kind?.$case === 'contactCards' ? kind.value.cards : [],
      );
      assert.ok(cards.some(({ name, phones }) => name === '' && phones.length > 0));
    },
  },
  futureKind: {
    name: 'a kind of call of the future is parked with its body',
    check: (_suite, _hook, fixture) => assert.equal(fixture.expectError?.code, 'unknown_kind'),
  },
  strangeInBatch: {
    name: 'one strange thing in a batch is parked with its body, and the others arrive',
    check: (_suite, _hook, fixture) => {
      assert.notEqual(fixture.expectError, undefined, 'the call is parked');
      assert.notDeepEqual(fixture.expect ?? [], [], 'the others are told all the same');
    },
  },
  futureContent: {
    name: 'a message of a kind of the future is told as something that we cannot show, or parked',
    check: (suite, hook, fixture) => {
      if (fixture.expectError !== undefined) return assert.equal(fixture.expectError.code, 'unknown_kind');
      const kinds = contentsOf(suite, hook, fixture).map(({ kind }) => kind?.$case);
      assert.ok(kinds.includes('unsupported'), String(kinds));
    },
  },
  ownEcho: {
    name: 'an echo of what we sent is nothing that the person wrote',
    check: ({ channel }, hook, fixture) => {
      const call = rawCallOf(fixture);
      const byContact = hook.parse(call, channel).filter(({ origin }) => origin === Origin.ORIGIN_CONTACT);
      assert.deepEqual(byContact, []);
      const isTold = hook.parse(call, channel).length > 0 || (hook.confirms?.(call, channel).length ?? 0) > 0;
      assert.ok(isTold, 'it is either told or a proof of a send');
    },
  },
};

/** Names of the cases: what `missing` may name too. */
export const caseNames: readonly string[] = Object.keys(cases);

/** Checks each case by the fixture that kinds.json names for it under `cases`. */
export function testCases<Settings>(suite: Suite<Settings>, hook: Hook<Settings>): void {
  const { incoming, kinds } = suite.fixtures;
  for (const [key, { name, check }] of Object.entries(cases)) {
    const reason = kinds.missing[key];
    test(`case: ${name}`, (t) => {
      const file = kinds.cases[key];
      if (file === undefined) {
        assert.match(reason ?? '', /\w+ \w+/, `kinds.json has neither a fixture under cases.${key} nor a reason`);
        t.diagnostic(`without a fixture: ${reason}`);
        return;
      }
      const fixture = incoming.get(file);
      assert.ok(fixture !== undefined, `there is no fixture in/${file}.json`);
      check(suite as Suite<unknown>, hook as Hook<unknown>, fixture);
    });
  }
}

function contentsOf<Settings>({ channel }: Suite<Settings>, hook: Hook<Settings>, fixture: IncomingFixture): Content[] {
  return hook.parse(rawCallOf(fixture), channel).flatMap(({ event }: ChannelEvent) => {
    const content = event?.$case === 'message' ? event.value.content : undefined;
    return content === undefined ? [] : [content];
  });
}

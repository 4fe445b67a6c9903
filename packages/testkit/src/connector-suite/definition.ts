import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connector, settingsSchemaOf } from '@trunkline/adapter-kit';
import { Capabilities } from '@trunkline/contracts';

/** Names of the content kinds, as capabilities spell them. */
const contentKinds = new Set(
  ['text', 'image', 'video', 'audio', 'voice', 'file', 'animation', 'videoNote', 'sticker', 'album', 'location'].concat(
    ['contactCards', 'link', 'cards', 'template', 'form', 'order', 'story', 'poll'],
  ),
);

/** Checks the definition itself: what it says can be shown to people and carried by the bus. */
export function testDefinition<Settings>(connector: Connector<Settings>, linkNames: readonly string[] = []): void {
  const { title, capabilities, settings, hook, poll, serve } = connector;
  test(`${title}: its settings make a form, and its capabilities a message`, () => {
    assert.notEqual(title, '');
    assert.equal(settingsSchemaOf(settings).type, 'object');
    assert.deepEqual(Capabilities.decode(Capabilities.encode(capabilities).finish()), capabilities);
    for (const kind of Object.keys(capabilities.content))
      assert.ok(contentKinds.has(kind), `no content kind is called ${kind}`);
    assert.ok(capabilities.ratePerSecond >= capabilities.conversationRatePerSecond);
  });
  test(`${title}: whoever could claim accounts by an address is known: each address is the platform's, or a link for people`, () => {
    const { addressNames = [] } = connector;
    const addresses = Object.entries(settingsSchemaOf(settings).properties ?? {}).flatMap(([name, schema]) =>
      isAddress(schema) ? [name] : [],
    );
    assert.deepEqual(
      addresses.toSorted(),
      [...addressNames, ...linkNames].toSorted(),
      'addressNames and linkNames say of each address what it is',
    );
  });
  test(`${title}: something can come in`, () => {
    assert.ok(hook !== undefined || serve !== undefined, 'it has neither a hook nor a door of its own');
    assert.ok(poll === undefined || hook !== undefined, 'what is polled is parsed by its hook');
  });
}

/** True for a setting that is an address, on its own or as one of several things. */
function isAddress(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { format, anyOf = [], items } = schema as { format?: unknown; anyOf?: readonly unknown[]; items?: unknown };
  return format === 'uri' || anyOf.some(isAddress) || isAddress(items);
}

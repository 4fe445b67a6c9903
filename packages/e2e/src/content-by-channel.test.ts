import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Connector, connectorNames, loadConnector } from '@trunkline/adapter-kit';
import { Capabilities, ConversationKind, Initiation, ReceiptState } from '@trunkline/contracts';
import { readFixtures } from '@trunkline/testkit';
import { askAt, mayWrite } from './can-send-by-channel.ts';
import { type Cell, cellsOf, departuresOf, readPage } from './content-by-channel.ts';
import { orders, outcomeOf } from './content-orders.ts';

const folder = join(import.meta.dirname, '../../../services/connectors');
const page = readPage();
const cells = cellsOf(page);
const present = await connectorNames(folder);
const loaded = new Map(
  await Promise.all(present.map(async (name) => [name, await loadConnector(folder, name)] as const)),
);
const kinds: Readonly<Record<string, ConversationKind>> = { comments: ConversationKind.CONVERSATION_KIND_COMMENTS };

function capabilitiesOf({ connector, kind }: Cell): Capabilities | undefined {
  const found = loaded.get(connector);
  if (kind === '') return found?.capabilities;
  return found?.capabilitiesByKind?.[kinds[kind] ?? 0] ?? found?.capabilitiesBySubchannel?.[kind];
}

/** Compares the cells of a part with what is there; a connector that is not there is told, not left out in silence. */
function testPart(part: string, formOf: (cell: Cell, connector: Connector) => { form: string; why?: string }): void {
  const own = Map.groupBy(
    cells.filter((cell) => cell.part === part),
    ({ connector, kind }) => [connector, kind].filter(Boolean).join(': '),
  );
  assert.ok(own.size > 0, `there is no part "${part}"`);
  for (const [column, rows] of own) {
    const [first] = rows;
    const connector = first && loaded.get(first.connector);
    if (first === undefined || connector === undefined || capabilitiesOf(first) === undefined) {
      const missing = connector === undefined ? 'there is no such connector yet' : `it has no ${first?.kind} yet`;
      console.log(`  content by channel: ${part}: ${column} is not compared: ${missing}`);
      continue;
    }
    test(`${part}: ${column}: ${rows.length} cells`, () => {
      const wrong = rows.flatMap((cell) => {
        const { form, why } = formOf(cell, connector);
        const isRight = sorted(cell.wanted) === sorted(form);
        return isRight ? [] : `${cell.content}: ${form}${why ? ` (${why})` : ''} instead of ${cell.wanted}`;
      });
      assert.deepEqual(wrong, []);
    });
  }
}

/** "D2+D1" is "D1+D2". */
function sorted(form: string): string {
  return form.split('+').toSorted().join('+');
}

testPart('To the person', (cell) => {
  const order = orders[cell.content] ?? assert.fail(`no order for "${cell.content}"`);
  const capabilities = capabilitiesOf(cell) ?? assert.fail();
  const outcome = outcomeOf(order, capabilities);
  if (outcome.form === 'no') assert.notEqual(outcome.why, '', 'what is refused says why');
  return outcome;
});

/** Where the JSON of an event shows a content. */
const shows: Readonly<Record<string, (event: string) => boolean>> = {
  text: (event) => event.includes('"text":{"plain"'),
  marks: (event) => event.includes('"marks":['),
  image: (event) => event.includes('"image":{'),
  album: (event) => event.includes('"album":{') || event.includes('"albumId":'),
  file: (event) => event.includes('"file":{'),
  voice: (event) => event.includes('"voice":{'),
  audio: (event) => event.includes('"audio":{'),
  video: (event) => event.includes('"video":{'),
  'round video': (event) => event.includes('"videoNote":{'),
  sticker: (event) => event.includes('"sticker":{'),
  location: (event) => event.includes('"location":{'),
  'contact card': (event) => event.includes('"contactCards":{'),
  reply: (event) => event.includes('"reply":{'),
  reaction: (event) => event.includes('"reaction":{'),
  edit: (event) => event.includes('"edit":{'),
  delete: (event) => event.includes('"delete":{'),
  press: (event) => event.includes('"press":{'),
  typing: (event) => event.includes('"typing":{'),
  form: (event) => event.includes('"form":{'),
};

testPart('From the person', ({ connector, content }) => {
  const { incoming } = readFixtures(join(folder, connector, 'fixtures'));
  const isShown = shows[content] ?? assert.fail(`nothing shows "${content}"`);
  const has = [...incoming.values()].some(({ expect = [] }) => isShown(JSON.stringify(expect)));
  return { form: has ? 'yes' : '–' };
});

test('whatever is not as the messenger itself takes it is named with its reason, and nothing else is', () => {
  const columnOf = ({ connector, kind }: Cell) => [connector, kind].filter(Boolean).join(': ');
  const here = new Map(
    cells
      .filter(({ part }) => part === 'To the person')
      .map((cell) => [`${cell.content}, ${columnOf(cell)}`, cell.wanted] as const),
  );
  const itself = cells.filter(({ part, wanted }) => part === 'What the messengers themselves take' && wanted !== '');
  assert.ok(itself.length > 200);
  const differ = itself.flatMap((cell) => {
    const own = here.get(`${cell.content}, ${columnOf(cell)}`) ?? assert.fail(`${cell.content}: no such cell`);
    return own === cell.wanted ? [] : `${cell.content}, ${columnOf(cell)}: ${cell.wanted}, here ${own}`;
  });
  const named = departuresOf(page);
  assert.deepEqual(
    named.map(({ content, column, itself: could, here: own }) => `${content}, ${column}: ${could}, here ${own}`),
    differ,
  );
  for (const { content, column, why } of named) assert.match(why, /\w+ \w+/, `${content}, ${column}: no reason`);
});

testPart('What the messenger tells and allows', (cell) => {
  const { receipts, startPayloadMax, initiation } = capabilitiesOf(cell) ?? assert.fail();
  const yes = (is: boolean) => ({ form: is ? 'yes' : 'no' });
  switch (cell.content) {
    case 'delivered':
      return yes(receipts.includes(ReceiptState.RECEIPT_STATE_DELIVERED));
    case 'read':
      return yes(receipts.includes(ReceiptState.RECEIPT_STATE_READ));
    case 'start payload':
      return yes(startPayloadMax > 0);
    case 'first word':
      return initiation === Initiation.INITIATION_TEMPLATE
        ? { form: 'template' }
        : yes(initiation === Initiation.INITIATION_ALWAYS || initiation === Initiation.INITIATION_PHONE);
    default:
      return assert.fail(`nobody knows what "${cell.content}" is`);
  }
});

testPart('When and how fast', (cell) => {
  const capabilities = capabilitiesOf(cell) ?? assert.fail();
  return { form: mayWrite(cell.content, capabilities) ?? assert.fail(`nobody knows what "${cell.content}" is`) };
});

test('whoever may not be written to is refused with a reason and what would do, in every channel', () => {
  for (const { title, capabilities } of loaded.values()) {
    const asked = [undefined, 0, 25, 8 * 24].map((hoursAgo) => askAt(hoursAgo, capabilities));
    for (const { isAllowed, code, reason, remedy } of [...asked, askAt(0, capabilities, true)]) {
      const words = [code, reason, remedy].map((each) => each !== '');
      assert.deepEqual(
        words,
        words.map(() => !isAllowed),
        title,
      );
    }
  }
});

test('every connector has a column, and every order a row', () => {
  const columns = new Set(cells.map(({ connector }) => connector));
  assert.deepEqual(
    present.filter((name) => !columns.has(name)),
    [],
  );
  const rows = new Set(cells.filter(({ part }) => part === 'To the person').map(({ content }) => content));
  assert.deepEqual(rows, new Set(Object.keys(orders)));
});

test('a cell that is not so is seen', () => {
  const [cell] = cellsOf('## To the person\n| Content | telegram |\n|---|---|\n| typing | D2+D1 |\n');
  assert.deepEqual(cell, {
    ...{ part: 'To the person', content: 'typing', connector: 'telegram', kind: '', wanted: 'D2+D1' },
  });
  const telegram = loaded.get('telegram') ?? assert.fail();
  assert.equal(outcomeOf(orders.typing ?? {}, telegram.capabilities).form, 'yes');
  assert.equal(outcomeOf(orders.typing ?? {}, { ...telegram.capabilities, canType: false }).form, 'no');
  const poor = Capabilities.fromPartial({ content: { text: {} } });
  assert.equal(outcomeOf(orders.voice ?? {}, poor).form, 'D1');
});

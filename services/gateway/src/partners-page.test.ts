import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type ErrorCode, errorCodes } from '@trunkline/contracts';
import { errorTable } from '@trunkline/runtime';

const page = await readFile(new URL('../../../docs/partners.md', import.meta.url), 'utf8');

function from(first: ErrorCode, last: ErrorCode): readonly ErrorCode[] {
  return errorCodes.slice(errorCodes.indexOf(first), errorCodes.indexOf(last) + 1);
}

/** What stands on the page between the two marks of a table. */
function written(name: string): string {
  const [, table] = new RegExp(`<!-- ${name}: begin -->\n(.*?)<!-- ${name}: end -->`, 's').exec(page) ?? [];
  return table ?? assert.fail(`the page has no table of ${name}`);
}

test('the page for partners says of every code of a call what the table of errors says', () => {
  const rows = from('invalid_argument', 'internal').map((code) => {
    const { grpc, http, retry, sentence, remedy } = errorTable[code];
    return `| \`${code}\` | ${http} | ${grpc} | ${retry === 'never' ? '' : 'yes'} | ${sentence} ${remedy} |\n`;
  });
  assert.equal(written('codes of calls'), `| Code | HTTP | gRPC | Again? | |\n|---|---|---|---|---|\n${rows.join('')}`);
});

test('the page for partners says of every code of a send what the table of errors says', () => {
  const rows = from('retry_after', 'expired').map((code) => {
    const { sentence, remedy } = errorTable[code];
    return `| \`${code}\` | ${sentence} ${remedy} |\n`;
  });
  assert.equal(written('codes of sending'), `| Code | |\n|---|---|\n${rows.join('')}`);
});

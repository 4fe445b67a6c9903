import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PortalAnswer } from '../answer.ts';
import type { Expected } from './check.ts';
import { portalChecks } from './checks.ts';
import { findingOf, type Reply, verdictOfReply } from './judge.ts';

const json = 'application/json';
const answered = (answer: Partial<PortalAnswer>): Reply => ({
  kind: 'answered',
  answer: { status: 200, contentType: json, retryAfter: undefined, body: '', ...answer },
});
const broken: Reply = { kind: 'silent', code: 'portal_unreachable', text: 'no connection (ECONNRESET)' };
const late: Reply = { kind: 'silent', code: 'portal_timeout', text: 'no whole answer within 15 s' };
const unknownKey = answered({ status: 422, body: '{"error":"unknown_key","kid":"k"}' });

const cases: readonly [what: string, reply: Reply, right: readonly Expected[]][] = [
  ['200', answered({}), ['taken']],
  ['204 without a body', answered({ status: 204, contentType: undefined }), ['taken']],
  ['accepted 0', answered({ body: '{"accepted":0}' }), ['not_taken', 'too_large']],
  ['more than there is', answered({ body: '{"accepted":9}' }), []],
  ['401', answered({ status: 401 }), ['not_taken', 'too_large']],
  ['503', answered({ status: 503 }), ['not_taken', 'too_large']],
  ['400, which parks events', answered({ status: 400 }), ['too_large']],
  ['413', answered({ status: 413 }), ['too_large']],
  ['422 without the key', answered({ status: 422 }), ['too_large']],
  ['422 unknown key', unknownKey, ['unknown_key']],
  ['410, which switches the portal off', answered({ status: 410 }), []],
  ['302', answered({ status: 302 }), []],
  ['200 with an answer that is too long', answered({ contentType: 'text/html', body: undefined }), []],
  ['503 with an answer that is too long', answered({ status: 503, body: undefined }), []],
  ['a broken connection', broken, ['too_large']],
  ['no answer in time', late, []],
];

for (const [what, reply, right] of cases) {
  test(`${what} is right for: ${right.join(', ') || 'nothing'}`, () => {
    const asked: readonly Expected[] = ['taken', 'not_taken', 'unknown_key', 'too_large'];
    const found = asked.filter((expected) => {
      const check = portalChecks.find((each) => each.expected === expected);
      assert.ok(check);
      return findingOf(check, reply, verdictOfReply(reply, 3, 0)).isRight;
    });
    assert.deepEqual(found, right);
  });
}

test('what a receiver answered is shown on one line, short, and cannot steer a terminal', () => {
  const [check] = portalChecks;
  assert.ok(check);
  const reply = answered({ status: 500, body: `\u001b[2Jgone\r\n\u009b1m${'x'.repeat(500)}` });
  const { answered: text } = findingOf(check, reply, verdictOfReply(reply, 3, 0));
  assert.match(text, /^500 \[2Jgone 1mx{10,120}…$/);
});

test('each check has a name of its own and says all that a partner needs', () => {
  assert.equal(new Set(portalChecks.map(({ name }) => name)).size, portalChecks.length);
  for (const { sends, should, why, change } of portalChecks) assert.ok([sends, should, why, change].every(Boolean));
});

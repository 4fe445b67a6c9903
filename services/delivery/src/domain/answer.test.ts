import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '@trunkline/runtime';
import { type PortalAnswer, verdictOf } from './answer.ts';

const size = 10;
const nowMs = Date.UTC(2026, 2, 1);
const json = 'application/json; charset=utf-8';

/** What matters of a verdict, in one line. */
function brief(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'accepted':
      return `accepted ${verdict.count}`;
    case 'failed':
      return `${verdict.code}${verdict.retryAfterMs === undefined ? '' : ` after ${verdict.retryAfterMs}`}`;
    case 'refused':
      return `refused${verdict.eventId === undefined ? '' : ` ${verdict.eventId}`}`;
    case 'unknown_key':
      return `unknown key ${verdict.kid}`;
    case 'off':
      return 'off';
  }
}

const cases: readonly [what: string, answer: Partial<PortalAnswer>, expected: string][] = [
  ['200 without a body', { status: 200 }, 'accepted 10'],
  ['204', { status: 204 }, 'accepted 10'],
  ['200 with a page', { status: 200, contentType: 'text/html', body: '<p>{"accepted": 1}' }, 'accepted 10'],
  ['200 with other JSON', { status: 200, contentType: json, body: '{"ok":true}' }, 'accepted 10'],
  ['200 with broken JSON', { status: 200, contentType: json, body: '{"ok"' }, 'accepted 10'],
  ['200 with null', { status: 200, contentType: json, body: 'null' }, 'accepted 10'],
  ['the first three', { status: 200, contentType: json, body: '{"accepted":3}' }, 'accepted 3'],
  ['all by number', { status: 207, contentType: 'application/problem+json', body: '{"accepted":10}' }, 'accepted 10'],
  ['none', { status: 200, contentType: json, body: '{"accepted":0}' }, 'portal_unavailable'],
  [
    'none, later',
    { status: 200, contentType: json, body: '{"accepted":0}', retryAfter: '7' },
    'portal_unavailable after 7000',
  ],
  ['more than all', { status: 200, contentType: json, body: '{"accepted":11}' }, 'portal_answer_invalid'],
  ['less than none', { status: 200, contentType: json, body: '{"accepted":-1}' }, 'portal_answer_invalid'],
  ['half an event', { status: 200, contentType: json, body: '{"accepted":1.5}' }, 'portal_answer_invalid'],
  ['a number as text', { status: 200, contentType: json, body: '{"accepted":"3"}' }, 'portal_answer_invalid'],
  ['JSON that is too long', { status: 200, contentType: json, body: undefined }, 'portal_answer_invalid'],
  ['301', { status: 301 }, 'portal_redirected'],
  ['304', { status: 304 }, 'portal_redirected'],
  ['400', { status: 400 }, 'refused'],
  ['413', { status: 413 }, 'refused'],
  ['422', { status: 422 }, 'refused'],
  ['422 that names the event', { status: 422, body: '{"refused":"e7"}' }, 'refused e7'],
  ['400 cannot name one', { status: 400, body: '{"refused":"e7"}' }, 'refused'],
  ['422 with an empty name', { status: 422, body: '{"refused":""}' }, 'refused'],
  ['422 unknown key', { status: 422, body: '{"error":"unknown_key","kid":"k"}' }, 'unknown key k'],
  ['422 unknown key, not which', { status: 422, body: '{"error":"unknown_key","kid":7}' }, 'unknown key '],
  ['422 other error', { status: 422, body: '{"error":"cannot_open","id":"e1"}' }, 'refused'],
  ['401', { status: 401 }, 'portal_unavailable'],
  ['404, a bad redeploy', { status: 404 }, 'portal_unavailable'],
  ['410', { status: 410 }, 'off'],
  ['429', { status: 429 }, 'portal_unavailable'],
  ['429 in two minutes', { status: 429, retryAfter: '120' }, 'portal_unavailable after 120000'],
  ['503 at once', { status: 503, retryAfter: '0' }, 'portal_unavailable after 1000'],
  ['503 next year', { status: 503, retryAfter: '99999999' }, 'portal_unavailable after 3600000'],
  ['503 at a time', { status: 503, retryAfter: 'Sun, 01 Mar 2026 00:00:30 GMT' }, 'portal_unavailable after 30000'],
  ['503 at a past time', { status: 503, retryAfter: 'Sun, 01 Mar 2020 00:00:00 GMT' }, 'portal_unavailable after 1000'],
  ['503 some time', { status: 503, retryAfter: 'soon' }, 'portal_unavailable'],
  ['500 obeys no Retry-After', { status: 500, retryAfter: '9' }, 'portal_unavailable'],
  ['502', { status: 502 }, 'portal_unavailable'],
  ['101', { status: 101 }, 'portal_unavailable'],
];

for (const [what, answer, expected] of cases) {
  test(`a portal's answer: ${what} → ${expected}`, () => {
    const whole = { status: 200, contentType: undefined, retryAfter: undefined, body: '', ...answer };
    assert.equal(brief(verdictOf(whole, size, nowMs)), expected);
  });
}

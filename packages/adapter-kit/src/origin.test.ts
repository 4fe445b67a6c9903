import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOriginAllowed, siteOrigin } from './origin.ts';

const read: readonly [written: string, origin: string][] = [
  ['https://shop.example', 'https://shop.example'],
  ['https://Shop.Example/', 'https://shop.example'],
  ['HTTPS://shop.example:443', 'https://shop.example'],
  ['http://shop.example:8080', 'http://shop.example:8080'],
  ['https://магазин.рф', 'https://xn--80aairftm.xn--p1ai'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
];
for (const [written, origin] of read) {
  test(`the site ${written} is ${origin} to a browser`, () => {
    assert.equal(siteOrigin.parse(written), origin);
    assert.ok(isOriginAllowed(origin, [siteOrigin.parse(written)]));
  });
}

const refused = [
  ...[
    'shop.example',
    'ftp://shop.example',
    'https://',
    'https://a b',
    'https://shop.example/page',
    'https://a?',
    'https://a#',
  ],
  ...[
    'https://me@shop.example',
    'https://a;sandbox',
    "https://a'self'",
    'https://a,b',
    'https://*.example',
    'https://a:99999',
  ],
];
for (const written of refused) {
  test(`${written} is no site: it is refused, and adds nothing to a policy`, () => {
    const { error } = siteOrigin.safeParse(written);
    assert.match(error?.issues[0]?.message ?? '', /^must be https:\/\/host/);
  });
}

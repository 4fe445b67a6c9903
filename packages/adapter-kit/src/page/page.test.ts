import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf, lookAround, utmOf } from './look-around.ts';
import { createMemory } from './memory.ts';
import { textOn } from './text-on.ts';

test('a browser that keeps nothing still remembers as long as the page', () => {
  const memory = createMemory('t:', () => {
    throw new Error('SecurityError');
  });
  memory.set('resume', 'rt');
  assert.equal(memory.get('resume'), 'rt');
});

test('marks of the address and ids of analytics are taken as found', () => {
  assert.deepEqual(utmOf('?utm_source=ya&x=1&UTM_Term=%D1%87'), { utm_source: 'ya', utm_term: 'ч' });
  assert.equal(cookieOf('a=1; _ym_uid=16%2023; b=2', '_ym_uid'), '16 23');
  assert.equal(cookieOf('x_ym_uid=1', '_ym_uid'), '');
  assert.equal(cookieOf('_ym_uid=%E0%A4%A', '_ym_uid'), '%E0%A4%A');
});

test('marks and referrer of the page that brought the visitor go with them from page to page', () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const memory = createMemory('t:', () => store);
  const page = (path: string, referrer: string) => {
    const location = new URL(path, 'https://shop.example');
    return { location, document: { title: 'Shop', referrer, cookie: 'roistat_visit=77' } };
  };
  lookAround(page('/?utm_source=ya', 'https://ya.example/'), memory);
  assert.deepEqual(lookAround(page('/teapot', 'https://shop.example/'), memory), {
    page: { url: 'https://shop.example/teapot', title: 'Shop', referrer: 'https://ya.example/' },
    utm: { utm_source: 'ya' },
    yandexClientId: '',
    roistatVisitId: '77',
    calltouchSessionId: '',
  });
});

test('words on a colour are black or white, whichever is read better', () => {
  assert.deepEqual(['#2563eb', '#ffd280', '#000000', '#ffffff'].map(textOn), ['#fff', '#000', '#fff', '#000']);
});

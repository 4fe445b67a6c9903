import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOf } from './chart.ts';

const seconds = Array.from({ length: 11 }, (_, second) => ({ second, count: 100, p50Ms: 1, p99Ms: 10 }));

test('what went wrong is drawn where it was, in a row with its name, and behind both plots', () => {
  const bands = [{ name: 'a burst', times: [{ from: 5, to: 7.5 }] }];
  const svg = chartOf({ title: 't', note: 'n', lines: [{ name: 'alone', seconds }], bands });
  // Ten seconds are 812 wide, from 64 on.
  assert.equal(svg.match(/class="band0( shade)?" x="470.0" width="203.0"/g)?.length, 3);
  assert.match(svg, />a burst</);
});

test('what began before the run or outlived it ends at its edges', () => {
  const bands = [{ name: 'sick', times: [{ from: -3, to: 99 }] }];
  const svg = chartOf({ title: 't', note: 'n', lines: [{ name: 'alone', seconds }], bands });
  assert.match(svg, /x="64.0" width="812.0"/);
});

test('seconds in which nothing came are there as well, and what overlaps is one band', () => {
  const bands = [
    {
      name: 'sick',
      times: [
        { from: 2, to: 4 },
        { from: 0, to: 3 },
      ],
    },
  ];
  const sparse = seconds.filter(({ second }) => second !== 5);
  const svg = chartOf({ title: 't', note: 'n', lines: [{ name: 'alone', seconds: sparse }], bands });
  assert.equal(svg.match(/<rect class="band0" x="64.0" width="324.8"/g)?.length, 1);
  // Nothing is at the bottom: 84 + 150.
  assert.match(svg, /470\.0,234\.0/);
});

test('names are texts, whatever stands in them', () => {
  const bands = [{ name: 'a < b & "c"', times: [] }];
  assert.match(chartOf({ title: '', note: '', lines: [], bands }), />a &lt; b &amp; &quot;c&quot;</);
});

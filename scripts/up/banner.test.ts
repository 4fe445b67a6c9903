import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { welcome } from './banner.ts';

const text = welcome({
  pageUrl: 'http://localhost:8090',
  gatewayUrl: 'http://localhost:8080',
  grpc: 50_051,
  instances: [{ service: 'delivery', number: 1, ports: { http: 1, grpc: 2, metrics: 9_464 } }],
  demo: {
    tenantId: 't',
    portalId: 'p',
    lineId: 'l',
    licenceKey: 'licence',
    apiKey: 'tk_demo',
    webchatChannelId: 'w',
    telegramChannelId: undefined,
  },
});

test('the first address is the demo page', () => {
  assert.equal(/https?:\/\/\S+/.exec(text)?.[0], 'http://localhost:8090');
});

for (const program of ['grpcurl', 'curl']) {
  test(`what a partner pastes for ${program} is a message in the last conversation, with the demo's key`, () => {
    const line = text.split('\n').find((each) => each.includes(` ${program} -`) && each.includes('Submit')) ?? '';
    const pasted = line.slice(line.indexOf(`${program} -`));
    const shell = `KEY=tk_demo C=c-1; ${program}() { printf '%s\\n' "$@"; }; ${pasted}`;
    const said = spawnSync('/bin/sh', ['-c', shell], { encoding: 'utf8' }).stdout.split('\n');

    assert.ok(said.includes('authorization: Bearer tk_demo'));
    const { idempotencyKey, message } = JSON.parse(said.find((each) => each.startsWith('{')) ?? '');
    assert.match(idempotencyKey, /^\d+$/);
    assert.equal(message.conversationId, 'c-1');
  });
}

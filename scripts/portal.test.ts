import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readArguments } from './portal/arguments.ts';
import { keyLines, madeKeyLines } from './portal/key-lines.ts';
import { listLines, madeLines } from './portal/lines.ts';

test('what is asked for becomes the request of the public API', () => {
  const add = readArguments(['add', '--url', 'https://crm.example/hook', '--request', 'r1', '--tenant', 't1']);
  const request = { tenantId: 't1', url: 'https://crm.example/hook', name: 'crm.example', idempotencyKey: 'r1' };
  assert.deepEqual(add, { order: 'add', request });
  const pull = readArguments(['add', '--pull', 'crm', '--request', 'r1']);
  const settings = { primaryConsumer: 'crm' };
  assert.deepEqual(pull, { order: 'add', request: { settings, name: 'crm', idempotencyKey: 'r1' } });
  assert.deepEqual(readArguments(['list']), { order: 'list', request: {} });
  const portalId = 'p1';
  assert.deepEqual(readArguments(['keys', portalId]), { order: 'keys', request: { portalId } });
  const rotate = readArguments(['rotate', portalId, '--request', 'r2']);
  assert.deepEqual(rotate, { order: 'rotate', request: { portalId, idempotencyKey: 'r2' } });
  const named = { portalId, kid: 'k1' };
  assert.deepEqual(readArguments(['revoke', portalId, 'k1']), { order: 'revoke', request: named });
  const evenLast = readArguments(['revoke', portalId, 'k1', '--even-last']);
  assert.deepEqual(evenLast, { order: 'revoke', request: { ...named, evenLast: true } });
  assert.deepEqual(readArguments(['delete-key', portalId, 'k1']), { order: 'delete-key', request: named });
  assert.equal(readArguments(['--help']), undefined);
  assert.equal(readArguments([]), undefined);
});

const wrong = [
  ...[['add'], ['add', '--url', 'nowhere'], ['remove'], ['list', 'all'], ['list', '--all']],
  ['add', '--url', 'https://a.example', '--pull', 'crm'],
  ...[
    ['keys'],
    ['rotate'],
    ['keys', 'p1', 'k1'],
    ['revoke', 'p1'],
    ['delete-key'],
    ['delete-key', 'p1', 'k1', '--even-last'],
    ['revoke', 'p1', 'k1', 'k2'],
  ],
];
for (const args of wrong) {
  test(`${args.join(' ')} is not understood`, () => {
    assert.throws(
      () => readArguments(args),
      /--url|Say add, list|Say the (id|kid)|one word too many|--even-last|Unknown option/,
    );
  });
}

const portal = { id: 'p1', name: 'CRM', url: 'https://crm.example/hook', isActive: true };

test('a licence key is shown with the portal that was made, and not by a late repeat', () => {
  assert.ok(madeLines({ portal, licenceKey: 'tlk_x' }).includes('licence key  tlk_x'));
  assert.match(madeLines({ portal, licenceKey: '' }).join('\n'), /is not shown again$/);
});

test('licence keys are listed one a line, and a new one is shown with what is to be done next', () => {
  const createdAt = '2026-07-01T10:00:00Z';
  const keys = [
    { kid: 'k2', state: 'PORTAL_KEY_STATE_VALID', createdAt },
    { kid: 'k1', state: 'PORTAL_KEY_STATE_DELETED', createdAt, revokedAt: 'r', deletedAt: 'd' },
  ];
  assert.deepEqual(keyLines(keys), [`k2  valid    made ${createdAt}`, `k1  deleted  made ${createdAt}, deleted d`]);
  const [torn] = keyLines([{ kid: 'k3', state: 'PORTAL_KEY_STATE_VALID', createdAt, damage: 'it is torn' }]);
  assert.equal(torn, `k3  valid    made ${createdAt}; it cannot be used: it is torn`);
  assert.match(keyLines([]).join(), /no licence keys/);
  const former = { kid: 'k0', state: 'PORTAL_KEY_STATE_VALID', createdAt };
  const made = madeKeyLines({ licenceKey: 'tlk_x', kid: 'k2', keys: [...keys, former] });
  assert.ok(made.includes('licence key  tlk_x'));
  assert.equal(made.at(-1), 'Then end the former: npm run portal -- revoke <portal> k0');
  assert.doesNotMatch(madeKeyLines({ licenceKey: 'tlk_x', kid: 'k2', keys }).join(), /end the former/);
});

test('portals are listed one a line', () => {
  const lines = listLines([portal, { id: 'p2', name: 'Console' }]);
  assert.deepEqual(lines, ['p1  CRM      on   https://crm.example/hook', 'p2  Console  off  (no address)']);
  const pulled = listLines([{ id: 'p3', name: 'CRM', isActive: true, settings: { primaryConsumer: 'crm' } }]);
  assert.deepEqual(pulled, ['p3  CRM  on   (pulled by crm)']);
  assert.match(listLines([]).join(), /There are no portals/);
});

test('add calls CreatePortal with the key of the environment, and says in words what was refused', async () => {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    asked.push([request.url, request.headers.authorization, body.url]);
    const isRefused = body.name === 'refused';
    response.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/json' });
    const refusal = { code: 'invalid_argument', message: 'It is wrong.', remedy: 'Change it.' };
    response.end(JSON.stringify(isRefused ? refusal : { portal, licenceKey: 'tlk_x' }));
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((listening) => server.once('listening', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { ...process.env, TRUNKLINE_URL: url, TRUNKLINE_API_KEY: 'tk_1' };
    const program = resolve(import.meta.dirname, 'portal.ts');
    const run = (...more: string[]) =>
      promisify(execFile)(process.execPath, [program, 'add', '--url', portal.url, ...more], { env });
    assert.match((await run()).stdout, /^portal {7}p1\n[\s\S]+licence key {2}tlk_x\n/);
    await assert.rejects(run('--name', 'refused'), { code: 1, stderr: 'It is wrong. Change it.\n' });
    assert.deepEqual(asked[0], ['/v1/DirectoryService/CreatePortal', 'Bearer tk_1', portal.url]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

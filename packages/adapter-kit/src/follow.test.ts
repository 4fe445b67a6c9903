import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { Media } from '@trunkline/contracts';
import { createOuterHttp } from '@trunkline/runtime';
import { type DoubleRequest, type HttpDouble, startHttpDouble } from '@trunkline/testkit';
import type { ConnectorError } from './connector-error.ts';
import { fetchFile } from './fetch-file.ts';
import { createGuardedFetch } from './host/guarded-fetch.ts';

const moved = (location: string, status = 302) => ({ status, headers: { location } });

/** The file server of a messenger, a server beside it, and a fetch that may call what is named of them. */
async function startServers() {
  const asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
  const note = ({ url, headers }: DoubleRequest) =>
    void asked.push({ path: url.pathname, authorization: headers.authorization });
  const other = await startHttpDouble((request) => {
    note(request);
    return request.url.pathname === '/refused' ? { status: 401 } : { status: 200, body: 'picture' };
  });
  const files: HttpDouble = await startHttpDouble((request) => {
    note(request);
    const { pathname } = request.url;
    const left = Number(/^\/round\/(\d+)$/.exec(pathname)?.[1] ?? 0);
    if (left > 0) return moved(`/round/${left - 1}`, 307);
    if (pathname.startsWith('/other/')) return moved(`${other.url}${pathname.slice(6)}`);
    return pathname === '/nowhere' ? moved('file:///etc/passwd') : { status: 200, body: 'picture' };
  });
  const open = async (path: string, allowPrivate: readonly string[], hosts?: readonly string[]) => {
    await using http = createOuterHttp({ allowPrivate, connectTimeoutMs: 5_000 });
    const fetch = createGuardedFetch({ http, hosts, signal: AbortSignal.timeout(10_000) });
    const address = { headers: { authorization: 'Bearer secret' }, media: Media.create({}), maxBytes: 1_000 };
    try {
      const { stream } = await fetchFile({ ...address, url: `${files.url}${path}` }, { fetch });
      return (await buffer(stream)).toString();
    } catch (error) {
      return (error as ConnectorError).code;
    }
  };
  return {
    ...{ asked, open, files: files.url, other: other.url },
    [Symbol.asyncDispose]: async () => {
      await files[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

test('a file behind redirects is found, three of them at most', async () => {
  await using servers = await startServers();
  const { open, files } = servers;
  assert.equal(await open('/round/3', [files]), 'picture');
  assert.equal(await open('/round/4', [files]), 'media_failed');
  assert.ok(servers.asked.every(({ authorization }) => authorization === 'Bearer secret'));
});

test('what proves us to one server is not shown to another, whose refusal says nothing of the account', async () => {
  await using servers = await startServers();
  const { open, files, other } = servers;
  assert.equal(await open('/other/file', [files, other]), 'picture');
  assert.deepEqual(servers.asked, [
    { path: '/other/file', authorization: 'Bearer secret' },
    { path: '/file', authorization: undefined },
  ]);
  assert.equal(await open('/other/refused', [files, other]), 'media_failed');
});

test('a redirect leads to no private address, to no host but those of the messenger, and to nothing but the web', async () => {
  await using servers = await startServers();
  const { open, files, other } = servers;
  assert.equal(await open('/other/file', [files]), 'media_failed');
  assert.equal(await open('/other/file', [files, other], [new URL(files).host]), 'media_failed');
  assert.equal(await open('/nowhere', [files]), 'media_failed');
  assert.deepEqual(
    servers.asked.filter(({ path }) => path === '/file'),
    [],
  );
});

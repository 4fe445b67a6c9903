import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { memoryEnvironment } from './memory.ts';

test('a service in a container has the memory settings that it has beside it', async () => {
  const dockerfile = await readFile(new URL('../../deploy/Dockerfile', import.meta.url), 'utf8');
  for (const [name, value] of Object.entries(memoryEnvironment))
    assert.ok(dockerfile.includes(`${name}=${value}`), name);
});

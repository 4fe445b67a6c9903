import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditServiceDefinition, DirectoryServiceDefinition, MessageServiceDefinition } from '@trunkline/contracts';
import { loadDescriptors } from './descriptors.ts';
import { openApiDocument } from './openapi.ts';

interface Document {
  readonly paths: Record<string, { readonly post: Record<string, unknown> }>;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
}

const document = openApiDocument({
  title: 'Trunkline',
  version: '1',
  serverUrl: 'https://example.org',
  services: [MessageServiceDefinition, AuditServiceDefinition, DirectoryServiceDefinition],
  isPublic: (path) => !path.endsWith('/RegisterConnector'),
  descriptors: loadDescriptors(),
}) as Document;

test('every public method is described in the words of its contract, and no other', () => {
  const submit = document.paths['/v1/MessageService/Submit']?.post ?? {};
  assert.equal(submit.summary, 'Takes an outgoing message.');
  assert.match(JSON.stringify(submit.requestBody), /#\/components\/schemas\/message\.SubmitRequest/);
  assert.match(JSON.stringify(document.paths['/v1/AuditService/Follow']), /x-ndjson/);
  assert.equal(document.paths['/v1/DirectoryService/RegisterConnector'], undefined);
});

test('fields have their canonical JSON types and their comments', () => {
  const { properties = {} } = document.components.schemas['message.Message'] ?? {};
  const fields = properties as Record<string, Record<string, unknown>>;
  assert.deepEqual(fields.sentAt, { type: 'string', format: 'date-time', description: 'When it was written.' });
  assert.equal(fields.conversationNumber?.format, 'uint64');
  assert.deepEqual(fields.reactions?.items, { type: 'string' });
  const unit = document.components.schemas['message.LengthUnit'] ?? {};
  assert.match(String(unit.description), /LENGTH_UNIT_BYTES: Bytes of UTF-8\./);
});

test('every reference leads somewhere and every schema is reached', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
  const names = Object.keys(document.components.schemas);
  assert.deepEqual([...new Set(references)].sort(), names.sort());
});

test('everything that partners read has a comment', () => {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (name === 'Error') continue;
    assert.ok(String(schema.description).length > 0, name);
    const fields = Object.entries((schema.properties ?? {}) as Record<string, { description?: string }>);
    for (const [field, { description }] of fields) assert.ok((description ?? '').length > 0, `${name}.${field}`);
  }
});

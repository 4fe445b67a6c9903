import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError } from '../connector-error.ts';
import { readGraphTemplates } from './graph-templates.ts';

/** The gaps of a template with this text. */
async function gapsOf(text: string, example: object) {
  const body = { type: 'BODY', text, example };
  const data = [{ id: '1', name: 'ready', language: 'en', status: 'APPROVED', components: [body] }];
  const fetch = async () => {
    return { status: 200, headers: {}, stream: [] as never, text: async () => JSON.stringify({ data }) };
  };
  const call = { root: 'https://graph.example/v25.0/', path: 'me/message_templates', token: 'secret-token' };
  const refusal = ({ message }: { readonly message: string }) => new ConnectorError('content_invalid', message);
  const [template] = await readGraphTemplates({ ...call, refusal }, { fetch });
  return template?.gaps.map(({ name, example: shown }) => [name, shown]);
}

test('a gap that a text repeats is one: it is filled once', async () => {
  const numbered = await gapsOf('{{1}}, order {{2}} is ready. See you, {{1}}!', { body_text: [['Anna', '17']] });
  assert.deepEqual(numbered, [
    ['', 'Anna'],
    ['', '17'],
  ]);
  const names = [
    { param_name: 'order', example: '17' },
    { param_name: 'name', example: 'Anna' },
  ];
  const named = await gapsOf('{{name}}: {{order}}, {{ name }}', { body_text_named_params: names });
  assert.deepEqual(named, [
    ['name', 'Anna'],
    ['order', '17'],
  ]);
});

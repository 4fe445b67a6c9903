import { ConnectorError } from '@trunkline/adapter-kit';
import type { Template, TemplateParameter } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

/** A utility template with its gaps filled: words alone. */
export function renderTemplate({ name, language, header, body, buttons }: Template): Json {
  const part = (type: string, parameters: readonly TemplateParameter[]) =>
    parameters.length === 0 ? [] : [{ type, parameters: parameters.map(parameter) }];
  const pressed = buttons.map(({ index, value }) => {
    const parameters = [{ type: 'payload', payload: value }];
    return { type: 'button', sub_type: 'quick_reply', index: String(index), parameters };
  });
  const components = [...part('header', header), ...part('body', body), ...pressed];
  return { name, language: { code: language }, ...(components.length > 0 && { components }) };
}

function parameter({ name, value }: TemplateParameter): Json {
  const named = name === '' ? {} : { parameter_name: name };
  switch (value?.$case) {
    case 'text':
    case 'dateTime':
      return { type: 'text', ...named, text: value.value };
    case 'money':
      return { type: 'text', ...named, text: `${value.value.amount} ${value.value.currency}` };
    default:
      throw new ConnectorError('content_invalid', 'a gap of the template has no words');
  }
}

import { ConnectorError } from '@trunkline/adapter-kit';
import { type Template, type TemplateButton, TemplateButtonType, type TemplateParameter } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

/** A utility template with its gaps filled: words alone. Its buttons are told in their order, without their numbers. */
export function renderTemplate({ name, language, header, body, buttons }: Template): Json {
  const part = (type: string, parameters: readonly TemplateParameter[]) =>
    parameters.length === 0 ? [] : [{ type, parameters: parameters.map(parameter) }];
  const inOrder = buttons.toSorted((one, other) => one.index - other.index);
  const pressed = inOrder.length === 0 ? [] : [{ type: 'buttons', parameters: inOrder.map(button) }];
  const components = [...part('header', header), ...part('body', body), ...pressed];
  return { name, language: { code: language }, ...(components.length > 0 && { components }) };
}

function button({ type, value }: TemplateButton): Json {
  switch (type) {
    case TemplateButtonType.TEMPLATE_BUTTON_TYPE_URL:
      return { type: 'URL', url: value };
    case TemplateButtonType.TEMPLATE_BUTTON_TYPE_FORM:
      throw new ConnectorError('content_invalid', 'utility templates have no forms');
    default:
      return { type: 'POSTBACK', payload: value };
  }
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

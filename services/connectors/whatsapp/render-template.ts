import { ConnectorError } from '@trunkline/adapter-kit';
import { type Template, type TemplateButton, TemplateButtonType, type TemplateParameter } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

/** A template with its gaps filled; `mediaId` is what its file became on the platform. */
export function renderTemplate({ name, language, header, body, buttons }: Template, mediaId: string | undefined): Json {
  const part = (type: string, parameters: readonly TemplateParameter[]) =>
    parameters.length === 0 ? [] : [{ type, parameters: parameters.map((each) => parameter(each, mediaId)) }];
  const components = [...part('header', header), ...part('body', body), ...buttons.map(button)];
  return { name, language: { code: language }, ...(components.length === 0 ? {} : { components }) };
}

function parameter({ name, value }: TemplateParameter, mediaId: string | undefined): Json {
  const named = name === '' ? {} : { parameter_name: name };
  switch (value?.$case) {
    case 'text':
      return { type: 'text', ...named, text: value.value };
    case 'money': {
      const { amount, currency: code } = value.value;
      const currency = { fallback_value: `${amount} ${code}`, code, amount_1000: Math.round(Number(amount) * 1_000) };
      return { type: 'currency', ...named, currency };
    }
    case 'dateTime':
      return { type: 'date_time', ...named, date_time: { fallback_value: value.value } };
    case 'media': {
      const type = mediaType(value.value.mimeType);
      const file = type === 'document' && value.value.name !== '' ? { filename: value.value.name } : {};
      return { type, ...named, [type]: { id: mediaId, ...file } };
    }
    case undefined:
      throw new ConnectorError('content_invalid', 'a gap of the template has no value');
  }
}

function mediaType(mimeType: string): 'image' | 'video' | 'document' {
  if (/^image\/(jpeg|png)/.test(mimeType)) return 'image';
  return mimeType.startsWith('video/') ? 'video' : 'document';
}

function button({ index, value, type }: TemplateButton): Json {
  const place = { type: 'button', index: String(index) };
  switch (type) {
    case TemplateButtonType.TEMPLATE_BUTTON_TYPE_URL:
      return { ...place, sub_type: 'url', parameters: [{ type: 'text', text: value }] };
    case TemplateButtonType.TEMPLATE_BUTTON_TYPE_FORM:
      return { ...place, sub_type: 'flow', parameters: [{ type: 'action', action: { flow_token: value } }] };
    default:
      return { ...place, sub_type: 'quick_reply', parameters: [{ type: 'payload', payload: value }] };
  }
}

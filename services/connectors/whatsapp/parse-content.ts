import { readAs, readFields, readSigns } from '@trunkline/adapter-kit';
import { Content, ids, type Media, MediaState } from '@trunkline/contracts';
import type { z } from 'zod';
import * as shapes from './types.ts';

type Told = NonNullable<Parameters<typeof Content.fromPartial>[0]['kind']>;

/** What each type of message carries, read from the field of its name. */
const types: Readonly<Record<string, (value: unknown, channelId: string) => Told | undefined>> = {
  text: (value) => ({ $case: 'text', value: readSigns(readAs(shapes.textSchema, value).body) }),
  image: (value, channelId) => ({ $case: 'image', value: attachment(value, 'image/jpeg', channelId) }),
  video: (value, channelId) => ({ $case: 'video', value: attachment(value, 'video/mp4', channelId) }),
  document: (value, channelId) => ({ $case: 'file', value: attachment(value, 'application/octet-stream', channelId) }),
  audio: (value, channelId) => {
    const { voice } = readAs(shapes.fileSchema, value);
    return { $case: voice === true ? 'voice' : 'audio', value: attachment(value, 'audio/ogg', channelId) };
  },
  sticker: (value, channelId) => ({ $case: 'sticker', value: { media: mediaOf(value, 'image/webp', channelId) } }),
  location: (value) => {
    const { latitude, longitude, name: title = '', address = '' } = readAs(shapes.locationSchema, value);
    return { $case: 'location', value: { latitude, longitude, title, address } };
  },
  contacts: (value) => {
    return { $case: 'contactCards', value: { cards: readAs(shapes.cardsSchema, value).map(cardOf) } };
  },
  order: (value) => {
    const { product_items: items, text: note = '' } = readAs(shapes.orderSchema, value);
    return { $case: 'order', value: { items: items.map(itemOf), note } };
  },
  interactive: (value) => {
    const { nfm_reply: form } = readAs(shapes.interactiveSchema, value);
    if (form === undefined) return undefined;
    // Its token is ours and tells the person nothing.
    const { flow_token: _, ...values } = readFields(form.response_json ?? '');
    return { $case: 'form', value: { name: form.name ?? '', values } };
  },
};

/** What a message carries. What is not known here is told as unsupported, by the platform's own name of it. */
export function contentOf(message: Pick<shapes.Message, 'type' | 'errors'>, channelId: string): Content {
  const read = Object.hasOwn(types, message.type) ? types[message.type] : undefined;
  const kind = read?.(Reflect.get(message, message.type), channelId);
  return Content.fromPartial({ kind: kind ?? unsupported(message) });
}

function attachment(value: unknown, mimeType: string, channelId: string) {
  const { caption } = readAs(shapes.fileSchema, value);
  return { media: mediaOf(value, mimeType, channelId), ...(caption ? { caption: readSigns(caption) } : {}) };
}

/** The address of a file lives five minutes, its id a week: the id is asked when it is fetched. */
function mediaOf(value: unknown, usualType: string, channelId: string): Partial<Media> {
  const { id: platformFileId, mime_type: mimeType = usualType, filename: name = '' } = readAs(shapes.fileSchema, value);
  return {
    ...{ id: ids.media(channelId, platformFileId), mimeType, name, state: MediaState.MEDIA_STATE_PENDING },
    source: { platformFileId, url: '', objectKey: '', expiresAt: undefined },
  };
}

function cardOf({ name, phones = [], emails = [] }: z.output<typeof shapes.cardSchema>) {
  const parts = [name?.first_name, name?.last_name].filter(Boolean).join(' ');
  return {
    name: name?.formatted_name || parts,
    phones: phones.flatMap(({ phone, wa_id }) => phone ?? (wa_id === undefined ? [] : `+${wa_id}`)),
    emails: emails.flatMap(({ email }) => email ?? []),
    platformPartyId: phones.find(({ wa_id }) => wa_id !== undefined)?.wa_id ?? '',
  };
}

function itemOf(item: z.output<typeof shapes.itemSchema>) {
  const { product_retailer_id: sku, quantity = 1, item_price: amount, currency = '' } = item;
  return { sku, quantity, ...(amount === undefined ? {} : { price: { amount: String(amount), currency } }) };
}

function unsupported({ type, errors, ...message }: Pick<shapes.Message, 'type' | 'errors'>): Told {
  const told = shapes.unsupportedSchema.safeParse(Reflect.get(message, 'unsupported')).data?.type ?? type;
  const platformType = /^[a-z_ ]{1,64}$/.test(told) ? told : 'unknown';
  const [why] = errors ?? [];
  const reason = why?.error_data?.details ?? why?.message ?? why?.title ?? '';
  const text = `WhatsApp sent something that cannot be shown here: ${platformType.replaceAll('_', ' ')}`;
  return { $case: 'unsupported', value: { platformType, text: reason === '' ? text : `${text}\n${reason}` } };
}

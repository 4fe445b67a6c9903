import { createHash } from 'node:crypto';
import { ConnectorError, type Targets } from '@trunkline/adapter-kit';
import {
  type Attachment,
  type Button,
  type Content,
  type ConversationRef,
  type GroupOrder,
  type Keyboard,
  KeyboardMode,
  type Media,
  type OutgoingContent,
  type SendOrder,
} from '@trunkline/contracts';
import { written } from './render-text.ts';

type Json = Readonly<Record<string, unknown>>;

/** A call that does an order: its path, its fields, its files under the name of their field. */
export interface Rendered {
  readonly path: string;
  readonly fields: Json;
  readonly files?: { readonly field: string; readonly media: readonly Media[] };
}

/** Names our buttons: their presses come back under it. */
export const pressName = 'press';

const titleMax = 200;

/**
 * The calls that do an order, in turn; none when there is nothing to do. Pure. Throws ConnectorError 'unsupported' and
 * 'content_invalid'.
 */
export function render(order: SendOrder, { replyTo, messageIds }: Targets): readonly Rendered[] {
  const { message, conversation, part } = order;
  const action = message?.action;
  const place = placeOf(conversation);
  switch (action?.$case) {
    case 'message': {
      const answer = replyTo === undefined ? {} : { reply_message_id: integer(replyTo) };
      const key = keyOf(`${message?.id ?? ''}.${part}`);
      return [contentCall(action.value, { ...place, ...answer, ...optionsOf(action.value) }, key)];
    }
    case 'edit': {
      const { content, keyboard } = action.value;
      if (content?.kind?.$case !== 'text') throw new ConnectorError('unsupported', 'Yandex changes nothing but texts');
      const message_id = integer(messageIds[0] ?? unknown());
      const fields = { ...place, message_id, text: written(content.kind.value), ...buttonsOf(keyboard) };
      return [{ path: 'messages/sendText/', fields }];
    }
    case 'delete':
      if (messageIds.length === 0) unknown();
      return messageIds.map((id) => {
        return { path: 'messages/delete/', fields: { ...place, message_id: integer(id) } };
      });
    case 'group':
      return [groupCall(action.value, place)];
    case 'pressAnswer':
      return []; // A press waits for nothing here.
    default:
      throw new ConnectorError('unsupported', `Yandex cannot do this: ${action?.$case ?? 'none'}`);
  }
}

/** A whole number as JSON, to its last digit. */
export function integer(digits: string): unknown {
  if (!/^\d{1,20}$/.test(digits)) throw new ConnectorError('content_invalid', 'this is no id of a message of Yandex');
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
  return rawJSON(digits);
}

function unknown(): never {
  throw new ConnectorError('content_invalid', 'the message is not known in this conversation');
}

/** Chats have ids with slashes; a person whose chat has none is named by login. */
function placeOf(conversation: ConversationRef | undefined): Json {
  const { platformId = '', resumeToken = '' } = conversation ?? {};
  const [chat = '', thread = /^thread:(\d+)$/.exec(resumeToken)?.[1]] = platformId.split('#');
  const inThread = thread === undefined ? {} : { thread_id: integer(thread) };
  return chat.includes('/') ? { chat_id: chat, ...inThread } : { login: chat, ...inThread };
}

/** The key against repeats has to be a UUID: the same of the same part. */
function keyOf(part: string): string {
  const hex = createHash('sha256').update(part).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function optionsOf({ options, keyboard }: OutgoingContent): Json {
  return {
    ...(options?.isSilent ? { disable_notification: true } : {}),
    ...(options?.withoutPreview ? { disable_web_page_preview: true } : {}),
    ...buttonsOf(keyboard),
  };
}

function contentCall({ content }: Pick<OutgoingContent, 'content'>, fields: Json, payload_id: string): Rendered {
  const { kind } = content ?? ({ kind: undefined } satisfies Content);
  switch (kind?.$case) {
    case 'text':
      return { path: 'messages/sendText/', fields: { ...fields, text: written(kind.value), payload_id } };
    case 'image':
      return { path: 'messages/sendImage/', fields, files: { field: 'image', media: [fileOf(kind.value)] } };
    case 'file':
      return { path: 'messages/sendFile/', fields, files: { field: 'document', media: [fileOf(kind.value)] } };
    case 'album': {
      const media = kind.value.items.map(fileOf);
      return { path: 'messages/sendGallery/', fields, files: { field: 'images', media } };
    }
    default:
      throw new ConnectorError('unsupported', `Yandex has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

function fileOf({ media }: Pick<Attachment, 'media'>): Media {
  if (media !== undefined) return media;
  throw new ConnectorError('content_invalid', 'the message has no file');
}

function buttonsOf(keyboard: Keyboard | undefined): Json {
  if (keyboard === undefined || keyboard.mode === KeyboardMode.KEYBOARD_MODE_REMOVE) return {};
  let number = 0;
  const rows = keyboard.rows.map(({ buttons }) =>
    buttons.map((button) => {
      number += 1;
      return { id: `b${number}`, title: button.text, directives: [directiveOf(button)] };
    }),
  );
  const shown = rows.filter((row) => row.length > 0);
  return shown.length === 0 ? {} : { suggest_buttons: { buttons: shown } };
}

/** What a press does: an answer comes back as a press too, with its label where it has no payload. */
function directiveOf({ text, action }: Button): Json {
  switch (action?.$case) {
    case 'url':
      return { type: 'open_uri', url: action.value };
    case undefined:
    case 'reply':
    case 'callback':
      return { type: 'server_action', name: pressName, payload: { value: action?.value || text } };
    default:
      throw new ConnectorError('content_invalid', `Yandex has no button that does this: ${action?.$case}`);
  }
}

function groupCall({ order }: GroupOrder, place: Json): Rendered {
  const people = (logins: readonly string[]) => logins.map((login) => ({ login }));
  switch (order?.$case) {
    case 'create': {
      const { title, description, platformPartyIds } = order.value;
      const name = [...title].slice(0, titleMax).join('');
      return { path: 'chats/create/', fields: { name, description, members: people(platformPartyIds) } };
    }
    case 'addMembers':
      return { path: 'chats/updateMembers/', fields: { ...place, members: people(order.value.platformPartyIds) } };
    case 'removeMembers':
      return { path: 'chats/updateMembers/', fields: { ...place, remove: people(order.value.platformPartyIds) } };
    default:
      throw new ConnectorError('unsupported', `Yandex cannot do this to a group: ${order?.$case ?? 'none'}`);
  }
}

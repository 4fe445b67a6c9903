import { AlbumItemType, type Content, type Media, mapMedia, type SendOrder } from '@trunkline/contracts';

/** What an order says, where it says something that may hold files; a group's new picture is one, too. Pure. */
export function contentOf({ message }: SendOrder): Content | undefined {
  const action = message?.action;
  const photo = groupPhotoOf(message);
  if (photo !== undefined) {
    return { kind: { $case: 'image', value: { media: photo, caption: undefined, transcription: '' } } };
  }
  return action?.$case === 'message' || action?.$case === 'edit' ? action.value.content : undefined;
}

function groupPhotoOf(message: SendOrder['message']): Media | undefined {
  const order = message?.action?.$case === 'group' ? message.action.value.order : undefined;
  return order?.$case === 'photo' ? order.value : undefined;
}

/** The same order with each of its files changed. Pure. */
export function withFiles(send: SendOrder, change: (media: Media) => Media): SendOrder {
  const { message } = send;
  const photo = groupPhotoOf(message);
  if (message !== undefined && photo !== undefined) {
    const order = { $case: 'photo', value: change(photo) } as const;
    return { ...send, message: { ...message, action: { $case: 'group', value: { order } } } };
  }
  const content = contentOf(send);
  if (message?.action === undefined || content === undefined) return send;
  const value = { ...message.action.value, content: mapMedia(content, change) };
  return { ...send, message: { ...message, action: { ...message.action, value } as typeof message.action } };
}

/** The files that an order sends as pictures. Pure. */
export function picturesOf(send: SendOrder): readonly Media[] {
  const kind = contentOf(send)?.kind;
  if (kind?.$case === 'image') return kind.value.media === undefined ? [] : [kind.value.media];
  if (kind?.$case !== 'album') return [];
  const pictures = kind.value.items.filter(({ type }) => type === AlbumItemType.ALBUM_ITEM_TYPE_IMAGE);
  return pictures.flatMap(({ media }) => media ?? []);
}

/** A copied file is kept under its own id. Pure. */
export function keyOf(media: Media): string {
  return media.source?.objectKey || media.id;
}

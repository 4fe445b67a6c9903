import { AlbumItemType, Content, ids, Media, MediaState, type Text } from '@trunkline/contracts';
import { textOf } from './parse-text.ts';
import { type Activity, type Attachment, cardSchema, downloadSchema, placeEntitySchema } from './types.ts';

type Kind = Parameters<typeof Content.fromPartial>[0]['kind'];
type FileKind = 'image' | 'video' | 'audio' | 'file';

const cardType = /^application\/vnd\.microsoft\.card\.([a-z]{1,20})$/;
const downloadType = 'application/vnd.microsoft.teams.file.download.info';
const itemTypes: Readonly<Record<FileKind, AlbumItemType>> = {
  image: AlbumItemType.ALBUM_ITEM_TYPE_IMAGE,
  video: AlbumItemType.ALBUM_ITEM_TYPE_VIDEO,
  audio: AlbumItemType.ALBUM_ITEM_TYPE_AUDIO,
  file: AlbumItemType.ALBUM_ITEM_TYPE_FILE,
};

/** What an activity carries: its files with its text, then whatever is a message of its own. Never nothing. */
export function contentsOf(activity: Activity, channelId: string): Content[] {
  const text = textOf(activity);
  // Teams gives a text as HTML once more.
  const attachments = (activity.attachments ?? []).filter(({ contentType }) => contentType !== 'text/html');
  const files = attachments.flatMap((attachment, index) =>
    fileOf(attachment, `${mediaPrefix(activity)}:${index}`, channelId),
  );
  const own = withFiles(files, text);
  const others = attachments.filter(isNoFile).map(cardOf);
  const all = [...(own === undefined ? [] : [own]), ...places(activity), ...others];
  return all.length > 0 ? all.map((kind) => Content.fromPartial({ kind })) : [unsupported('empty message')];
}

/** Something that cannot be shown, with words for people. */
export function unsupported(platformType: string, words?: string): Content {
  return Content.fromPartial({ kind: strange(platformType, words) });
}

function strange(platformType: string, words?: string): Kind {
  const text = words ?? `The messenger sent something that cannot be shown here: ${platformType}`;
  return { $case: 'unsupported', value: { platformType, text: text.toWellFormed() } };
}

interface File {
  readonly kind: FileKind;
  readonly media: Media;
}

function withFiles(files: readonly File[], text: Text): Kind {
  const [first] = files;
  const caption = text.plain === '' ? {} : { caption: text };
  if (first === undefined) return text.plain === '' ? undefined : { $case: 'text', value: text };
  if (files.length === 1) return { $case: first.kind, value: { media: first.media, ...caption } };
  const items = files.map(({ kind, media }) => ({ type: itemTypes[kind], media }));
  return { $case: 'album', value: { items, ...caption } };
}

function mediaPrefix({ channelId, conversation, id = '', timestamp = '' }: Activity): string {
  return `${channelId}:${conversation.id}:${id || timestamp}`;
}

function isNoFile({ contentType, contentUrl, content }: Attachment): boolean {
  const isDownload = contentType === downloadType && downloadSchema.safeParse(content).success;
  return !isDownload && (contentUrl === undefined || contentType.startsWith('application/vnd.microsoft.'));
}

/** A file is known by its message: links to it differ each time. In Teams the link is in the content, and ends within minutes. */
function fileOf(attachment: Attachment, platformFileId: string, channelId: string): File[] {
  const { contentType, contentUrl = '', name = '', content } = attachment;
  if (isNoFile(attachment)) return [];
  const download = contentType === downloadType ? downloadSchema.parse(content) : undefined;
  const mimeType = download === undefined ? contentType : mimeTypeOf(download.fileType ?? '');
  const [family = ''] = mimeType.split('/');
  const kind =
    download === undefined && (family === 'image' || family === 'video' || family === 'audio') ? family : 'file';
  const media = Media.create({
    ...{ id: ids.media(channelId, platformFileId), mimeType, name, state: MediaState.MEDIA_STATE_PENDING },
    source: { platformFileId, url: download?.downloadUrl ?? contentUrl, objectKey: '', expiresAt: undefined },
  });
  return [{ kind, media }];
}

const mimeTypes: Readonly<Record<string, string>> = {
  ...{ pdf: 'application/pdf', png: 'image/png', jpg: 'image/jpeg', mp4: 'video/mp4', mp3: 'audio/mpeg' },
};

function mimeTypeOf(ending: string): string {
  return (Object.hasOwn(mimeTypes, ending) ? mimeTypes[ending] : undefined) ?? 'application/octet-stream';
}

/** A card with a title or a text is one; what else comes is told by its name. */
function cardOf({ contentType, content }: Attachment): Kind {
  const name = cardType.exec(contentType)?.[1];
  const { title = '', subtitle = '', text = '', tap } = cardSchema.safeParse(content).data ?? {};
  if (name === undefined || (title === '' && text === ''))
    return strange(name === undefined ? shownType(contentType) : `card ${name}`);
  const url = typeof tap?.value === 'string' && /^https?:/.test(tap.value) ? tap.value.toWellFormed() : '';
  const second = [subtitle, title === '' ? '' : text].filter(Boolean).join('\n');
  return { $case: 'cards', value: { cards: [{ title: title || text, subtitle: second, url }] } };
}

function shownType(contentType: string): string {
  return /^[\w./+-]{1,100}$/.test(contentType) ? contentType : 'attachment';
}

/** A place comes beside the text. */
function places({ entities = [] }: Activity): Kind[] {
  return entities.flatMap((entity): Kind[] => {
    const { success, data } = placeEntitySchema.safeParse('geo' in entity ? entity.geo : entity);
    if (!success || (entity.type !== 'GeoCoordinates' && entity.type !== 'Place')) return [];
    const { latitude, longitude, name: title = '' } = data;
    return [{ $case: 'location', value: { latitude, longitude, title } }];
  });
}

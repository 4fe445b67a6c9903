import { filesKind, pendingFile, type ReceivedFile } from '@trunkline/adapter-kit';
import { Content, type Text } from '@trunkline/contracts';
import { textOf } from './parse-text.ts';
import { type Activity, type Attachment, cardSchema, downloadSchema, placeEntitySchema } from './types.ts';

type Kind = Parameters<typeof Content.fromPartial>[0]['kind'];

const cardType = /^application\/vnd\.microsoft\.card\.([a-z]{1,20})$/;
const downloadType = 'application/vnd.microsoft.teams.file.download.info';

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

function withFiles(files: readonly ReceivedFile[], text: Text): Kind {
  if (files.length > 0 || text.plain === '') return filesKind(files, text);
  return { $case: 'text', value: text };
}

/** An edit has its message's id, and other files. */
function mediaPrefix({ type, channelId, conversation, id = '', timestamp = '' }: Activity): string {
  const known = type === 'messageUpdate' ? `${id}:${timestamp}` : id || timestamp;
  return `${channelId}:${conversation.id}:${known}`;
}

function isNoFile({ contentType, contentUrl, content }: Attachment): boolean {
  const isDownload = contentType === downloadType && downloadSchema.safeParse(content).success;
  return !isDownload && (contentUrl === undefined || contentType.startsWith('application/vnd.microsoft.'));
}

/** A file is known by its message: links to it differ each time. In Teams the link is in the content, and ends within minutes. */
function fileOf(attachment: Attachment, platformFileId: string, channelId: string): ReceivedFile[] {
  const { contentType, contentUrl = '', name = '', content } = attachment;
  if (isNoFile(attachment)) return [];
  const download = contentType === downloadType ? downloadSchema.parse(content) : undefined;
  const mimeType = download === undefined ? contentType : mimeTypeOf(download.fileType ?? '');
  const [family = ''] = mimeType.split('/');
  const kind =
    download === undefined && (family === 'image' || family === 'video' || family === 'audio') ? family : 'file';
  const pending = pendingFile(channelId, platformFileId, download?.downloadUrl ?? contentUrl);
  return [{ kind, media: { ...pending, mimeType, name } }];
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

import { AlbumItemType, type Content, ids, type Media, MediaState, type Text, Unsupported } from '@trunkline/contracts';

type Kind = NonNullable<Parameters<typeof Content.fromPartial>[0]['kind']>;

/** One of the files that a message carries. */
export interface ReceivedFile {
  readonly kind: 'image' | 'video' | 'audio' | 'voice' | 'file';
  readonly media: Partial<Media>;
  readonly transcription?: string;
}

const { ALBUM_ITEM_TYPE_IMAGE: image, ALBUM_ITEM_TYPE_VIDEO: video } = AlbumItemType;
const { ALBUM_ITEM_TYPE_AUDIO: audio, ALBUM_ITEM_TYPE_FILE: file } = AlbumItemType;
const itemTypes = { image, video, audio, voice: audio, file };

/** One file as itself, several as an album, with the words under them; undefined: none. Pure. */
export function filesKind(files: readonly ReceivedFile[], words: Text): Kind | undefined {
  const [only] = files;
  const caption = words.plain === '' ? {} : { caption: words };
  if (only === undefined) return undefined;
  const { kind: $case, media, transcription = '' } = only;
  if (files.length === 1) return { $case, value: { media, transcription, ...caption } };
  const items = files.map(({ kind, media: each }) => ({ type: itemTypes[kind], media: each }));
  return { $case: 'album', value: { items, ...caption } };
}

/** A file that is to be copied from its platform, known there by this id. Pure. */
export function pendingFile(channelId: string, platformFileId: string, url: string): Partial<Media> {
  const source = { platformFileId, url, objectKey: '', expiresAt: undefined };
  return { id: ids.media(channelId, platformFileId), state: MediaState.MEDIA_STATE_PENDING, source };
}

/** What the universal message has not: by the platform's own name of it, with the words that stood beside it. Pure. */
export function unsupported(platform: string, type: string, words = ''): Unsupported {
  const platformType = /^[a-z_ ]{1,64}$/.test(type) ? type : 'unknown';
  const said = `${platform} sent something that cannot be shown here: ${platformType.replaceAll('_', ' ')}`;
  return Unsupported.create({ platformType, text: words === '' ? said : `${said}\n${words}` });
}

const types: Readonly<Record<string, string>> = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', gif: 'image/gif', webp: 'image/webp' },
  ...{ mp4: 'video/mp4', m4a: 'audio/mp4', mp3: 'audio/mpeg', ogg: 'audio/ogg' },
  ...{ pdf: 'application/pdf', txt: 'text/plain', zip: 'application/zip' },
};

/** The type that a file's name ends in, until the copy is typed by its content; undefined for others. Pure. */
export function typeByName(name: string): string | undefined {
  const ending = name.split('.').at(-1)?.toLowerCase() ?? '';
  return Object.hasOwn(types, ending) ? types[ending] : undefined;
}

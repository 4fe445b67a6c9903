import { answerFile, type DoubleRequest, type KeptFile, type Reaction, readForm } from '@trunkline/testkit/simulator';
import { type Community, keepFile, nextId } from './community.ts';
import type { Method } from './methods-groups.ts';
import { type Fields, limits, VkError } from './types.ts';

/** Methods of the upload dance: ask where to, upload there, save what came of it. */
export const fileMethods: Readonly<Record<string, Method>> = {
  'photos.getMessagesUploadServer': ({ community, url }) => ({
    upload_url: `${url()}/upload/photo/${nextId(community)}`,
    album_id: -64,
    group_id: community.id,
    user_id: 0,
  }),
  'photos.saveMessagesPhoto': ({ community, url }, { photo, hash }) => {
    const [key] = uploaded(photo);
    if (key === undefined || hash !== hashOf(key) || !community.files.has(key))
      throw new VkError(100, 'photo is undefined');
    return [savePhoto(community, key, url())];
  },
  'docs.getMessagesUploadServer': ({ community, url }, { type = 'doc' }) => {
    if (type !== 'doc' && type !== 'audio_message') throw new VkError(100, 'type is invalid');
    return { upload_url: `${url()}/upload/${type}/${nextId(community)}` };
  },
  'docs.getWallUploadServer': ({ community, url }, { group_id: group }) => {
    if (Number(group) !== community.id) throw new VkError(100, 'group_id is invalid');
    return { upload_url: `${url()}/upload/doc/${nextId(community)}` };
  },
  'docs.save': ({ community, url }, { file, title }) => {
    const [type, key = ''] = String(file).split('|');
    const kept = community.files.get(key);
    if (kept === undefined) throw new VkError(100, 'file is undefined');
    const saved = saveDoc(
      community,
      { key, type: type === 'audio_message' ? type : 'doc', ...(title !== undefined && { title: String(title) }) },
      url(),
    );
    return saved;
  },
};

function uploaded(photo: unknown): string[] {
  try {
    return (JSON.parse(String(photo)) as { photo: string }[]).map((one) => one.photo);
  } catch {
    return [];
  }
}

function hashOf(key: string): string {
  return `hash_${key}`;
}

/** Makes an attachment of a picture that is kept. */
export function savePhoto(community: Community, key: string, url: string, owner = -community.id): Fields {
  const id = nextId(community);
  const address = `${url}/file/${key}.jpg`;
  const sizes = [
    { type: 's', url: `${address}?size=75x50`, width: 75, height: 50 },
    { type: 'x', url: address, width: 604, height: 403 },
  ];
  const photo = {
    id,
    owner_id: owner,
    album_id: -64,
    date: Math.floor(community.now() / 1_000),
    access_key: `ab${id}`,
    sizes,
    text: '',
    key,
  };
  community.attachments.set(`photo${owner}_${id}`, { type: 'photo', photo });
  return photo;
}

/** Makes an attachment of a file, or of a voice, that is kept. */
export function saveDoc(
  community: Community,
  { key, type, title, owner = -community.id }: { key: string; type: string; title?: string; owner?: number },
  url: string,
): Fields {
  const id = nextId(community);
  const kept = community.files.get(key);
  const name = title ?? kept?.name ?? 'file.bin';
  const place = { id, owner_id: owner, access_key: `cd${id}`, key };
  const content =
    type === 'audio_message'
      ? { ...place, duration: 3, link_ogg: `${url}/file/${key}.ogg`, link_mp3: `${url}/file/${key}.mp3`, waveform: [] }
      : {
          ...place,
          title: name,
          size: kept?.bytes.length ?? 0,
          ext: name.split('.').at(-1),
          url: `${url}/file/${key}`,
          type: 1,
        };
  const made = { type, [type]: content };
  community.attachments.set(`${type}${owner}_${id}`, made);
  return made;
}

/** POST /upload/<kind>/<n>: multipart, the field is `photo` for pictures and `file` for the others. */
export async function takeUpload(community: Community, request: DoubleRequest): Promise<Reaction> {
  const kind = request.url.pathname.split('/')[2] ?? '';
  const { files } = await readForm(request);
  const file = files.get(kind === 'photo' ? 'photo' : 'file');
  const problem = uploadProblem(kind, file);
  if (file === undefined || problem !== undefined)
    return { status: 200, body: { error: problem ?? 'ERR_UPLOAD_NO_FILE' } };
  const key = keepFile(community, file);
  if (kind === 'photo')
    return { status: 200, body: { server: 1, photo: JSON.stringify([{ photo: key, sizes: [] }]), hash: hashOf(key) } };
  return { status: 200, body: { file: `${kind}|${key}` } };
}

function uploadProblem(kind: string, file: KeptFile | undefined): string | undefined {
  if (file === undefined || file.bytes.length === 0) return 'ERR_UPLOAD_BAD_FILE_FIELD: no file in the right field';
  if (kind === 'photo') {
    const isPicture = /^(\x89PNG|\xff\xd8\xff|GIF8)/.test(Buffer.from(file.bytes.subarray(0, 8)).toString('latin1'));
    if (!isPicture) return 'ERR_UPLOAD_BAD_IMAGE: wrong image';
    return file.bytes.length > limits.photoBytes ? 'ERR_UPLOAD_FILE_TOO_BIG' : undefined;
  }
  if (/\.(exe|mp3|bat|cmd|apk)$/i.test(file.name ?? '')) return 'ERR_UPLOAD_FORBIDDEN_EXT';
  return file.bytes.length > limits.docBytes ? 'ERR_UPLOAD_FILE_TOO_BIG' : undefined;
}

/** Gives the bytes of a link out. */
export function fileAt(community: Community, { url }: DoubleRequest): Reaction {
  const key = (url.pathname.split('/')[2] ?? '').replace(/\.\w+$/, '');
  return answerFile(community.troubles, community.files.get(key), { status: 404, body: '' });
}

import { Unsupported } from '@trunkline/contracts';

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

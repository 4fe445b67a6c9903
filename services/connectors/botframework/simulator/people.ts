import type { MediaKind } from '@trunkline/testkit/simulator';
import { type Bot, chatOf, keepFile, personOf } from './bot.ts';
import type { Said, Talking, Where } from './talking.ts';

interface Attached extends Said {
  readonly kind: string;
  readonly bytes?: Uint8Array;
  readonly base64?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly caption?: string;
}

const shownKinds: Readonly<Record<string, MediaKind>> = { image: 'image', video: 'video', audio: 'audio' };
/** What people do. Each makes the activities that the platform would make, and throws for what cannot be. */
export function createPeople(bot: Bot, { placeOf, say }: Talking, url: () => string) {
  const { chats } = bot;

  /** Sends a file; given as bytes or as base64. What is a file in Teams comes as a download, a picture there needs the token. */
  function attach({ kind, caption = '', ...given }: Attached): string {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const isTeams = personOf(bot, given.from).channel === 'msteams';
    const file = keepFile(bot, { bytes, mimeType, name }, !(isTeams && kind === 'image'));
    const link = `${url()}/files/${file}/${encodeURIComponent(name)}`;
    const fileType = name.split('.').at(-1);
    const attachment =
      isTeams && kind !== 'image'
        ? {
            contentType: 'application/vnd.microsoft.teams.file.download.info',
            contentUrl: link,
            name,
            content: { downloadUrl: link, uniqueId: file, fileType },
          }
        : { contentType: mimeType, contentUrl: link, name };
    return say(
      given,
      { text: caption, attachments: [attachment] },
      { text: caption, media: { kind: shownKinds[kind] ?? 'file', file, name } },
    );
  }

  /** Presses a button, under a message or beneath all, by its id as the page shows it or by its label. */
  function press({ message, button, ...where }: Where & { message?: string; button: string }): string {
    const chat = chatOf(bot, placeOf(where));
    const rows = message === undefined ? chats.of(chat).keyboard : (chats.find(chat, message).buttons ?? []);
    const shown = rows.flat().find(({ id, label }) => id === button || label === button);
    if (shown === undefined) throw new Error('there is no such button');
    const { type, value, text, displayText } = JSON.parse(shown.id) as {
      type: string;
      value?: unknown;
      text?: string;
      displayText?: string;
    };
    const reply = message === undefined ? {} : { replyTo: message };
    if (type === 'imBack') return say({ ...where, ...reply }, { text: String(value) }, { text: String(value) });
    if (type === 'messageBack')
      return say({ ...where, ...reply }, { text: text ?? '', value }, { text: displayText ?? shown.label });
    if (type !== 'postBack') throw new Error('that button leads elsewhere');
    return say({ ...where, ...reply }, { text: '', value }, { text: shown.label });
  }

  return {
    write: ({ text, ...said }: Said & { text: string }) => say(said, { text }, { text }),
    attach,
    press,
  };
}

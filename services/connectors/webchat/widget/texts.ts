const en = {
  open: 'Open the chat',
  openUnread: (count: number) => `Open the chat: ${count === 1 ? '1 new message' : `${count} new messages`}`,
  close: 'Close the chat',
  messages: 'Messages',
  write: 'Write a message…',
  send: 'Send',
  attach: 'Attach a file',
  dropHere: 'Drop the file to attach it',
  remove: 'Remove the file',
  waiting: 'waiting',
  sending: 'sending…',
  sent: 'sent',
  seen: 'seen',
  failed: 'not sent',
  retry: 'Try again',
  edited: 'edited',
  deleted: 'This message was deleted.',
  typing: 'is writing…',
  somebody: 'Somebody',
  you: 'You',
  discard: 'Remove',
  online: 'Connected',
  connecting: 'Connecting…',
  offline: 'No connection',
  offlineKept: 'What you write is kept here and sent as soon as there is a connection.',
  reconnect: 'Try now',
  greeting: 'Write to us here. You may leave the page: the answer waits for you.',
  today: 'Today',
  yesterday: 'Yesterday',
  toEnd: 'Newest',
  newMessages: (count: number) => (count === 1 ? '1 new message' : `${count} new messages`),
  left: (count: number) => `${count} characters left`,
  tooLarge: (mib: number) => `The file is larger than ${mib} MiB.`,
  fileGone: 'The file was not sent before the page was left. Please attach it again.',
  uploadFailed: 'The file could not be sent.',
  refused: 'The chat is not available here.',
  download: 'Download',
};

/** Everything that the widget says. */
export type Texts = typeof en;

/** Languages by tag. One more language is one more object here. */
const languages: Readonly<Record<string, Texts>> = { en };

/** The texts of a language; English where it is not known. Pure. */
export function textsOf(lang: string): Texts {
  return languages[lang.toLowerCase().split('-')[0] ?? ''] ?? en;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Capabilities,
  type Content,
  ContentCapability,
  Initiation,
  LengthUnit,
  MarkType,
  type Media,
  MediaState,
  type OutgoingContent,
  OutgoingMessage,
} from '@trunkline/contracts';
import { adapt } from './adapt.ts';
import { plain } from './adapted.ts';

const fileUrl = (media: Media) => `https://files.example/${media.id}`;

/** A channel that carries texts of 20 units and nothing else, unless said. */
function channel(more: Partial<Capabilities> = {}): Capabilities {
  return Capabilities.create({
    textMax: 20,
    textUnit: LengthUnit.LENGTH_UNIT_UTF16,
    initiation: Initiation.INITIATION_ALWAYS,
    content: { text: ContentCapability.create() },
    ...more,
  });
}

const any = ContentCapability.create();
const text = (value: string): Content => ({ kind: { $case: 'text', value: plain(value) } });

function media(more: Partial<Media> = {}): Media {
  return {
    ...{ id: 'f1', mimeType: 'image/png', sizeBytes: 100, name: '', sha256: '', width: 0, height: 0 },
    ...{ durationSeconds: 0, state: MediaState.MEDIA_STATE_STORED, source: undefined, url: '' },
    ...more,
  };
}

const image = (caption: string, more: Partial<Media> = {}): Content => ({
  kind: { $case: 'image', value: { media: media(more), caption: plain(caption), transcription: '' } },
});

function send(value: Partial<OutgoingContent>, capabilities: Capabilities) {
  const message = OutgoingMessage.fromPartial({ id: 'm1', conversationId: 'c1' });
  const content = { content: undefined, reply: undefined, keyboard: undefined, options: undefined, ...value };
  return adapt({ ...message, action: { $case: 'message', value: content } }, capabilities, fileUrl);
}

/** Each part in short: its text, or its kind with its caption, with its buttons behind. */
function short(parts: readonly OutgoingMessage[]): string[] {
  return parts.map(({ action }) => {
    if (action?.$case !== 'message' && action?.$case !== 'edit') return action?.$case ?? '';
    const kind = action.value.content?.kind;
    const buttons = action.value.keyboard?.rows.map((row) => row.buttons.map((button) => button.text).join('|'));
    const caption = (kind?.value as { caption?: { plain: string } } | undefined)?.caption?.plain;
    const shown = kind?.$case === 'text' ? kind.value.plain : [kind?.$case, caption].filter(Boolean).join(':');
    return buttons === undefined ? shown : `${shown} [${buttons.join('/')}]`;
  });
}

const cases: readonly {
  name: string;
  given: Partial<OutgoingContent>;
  capabilities: Capabilities;
  parts: readonly string[];
  degraded?: readonly string[];
}[] = [
  {
    name: 'a text that fits stays one part',
    given: { content: text('short') },
    capabilities: channel(),
    parts: ['short'],
  },
  {
    name: 'a long text is split between words',
    given: { content: text('one two three four five six') },
    capabilities: channel(),
    parts: ['one two three four', 'five six'],
  },
  {
    name: 'a caption that fits stays under its picture',
    given: { content: image('hello') },
    capabilities: channel({ captionMax: 10, content: { image: any } }),
    parts: ['image:hello'],
  },
  {
    name: 'a caption that is too long follows as text',
    given: { content: image('hello to you') },
    capabilities: channel({ captionMax: 10, content: { image: any } }),
    parts: ['image', 'hello to you'],
  },
  {
    name: 'a file of a type that is refused goes as a link',
    given: { content: image('look', { mimeType: 'image/gif' }) },
    capabilities: channel({ textMax: 99, content: { image: { ...any, refusedMimeTypes: ['image/gif'] } } }),
    parts: ['look\nhttps://files.example/f1'],
    degraded: ['D1'],
  },
  {
    name: 'a caption where there are none follows as text',
    given: { content: image('hello') },
    capabilities: channel({ captionMax: 10, content: { image: { ...any, isWithoutCaption: true } } }),
    parts: ['image', 'hello'],
  },
  {
    name: 'a picture that is too large goes as a file',
    given: { content: image('', { sizeBytes: 999 }) },
    capabilities: channel({ content: { image: { ...any, maxBytes: 500 }, file: any } }),
    parts: ['file'],
    degraded: ['D3'],
  },
  {
    name: 'a picture of a type that is not taken goes as a link',
    given: { content: image('look', { mimeType: 'image/gif' }) },
    capabilities: channel({ textMax: 99, content: { image: { ...any, mimeTypes: ['image/jpeg'] } } }),
    parts: ['look\nhttps://files.example/f1'],
    degraded: ['D1'],
  },
  {
    name: 'a round video goes as a video',
    given: {
      content: { kind: { $case: 'videoNote', value: { media: media(), caption: undefined, transcription: '' } } },
    },
    capabilities: channel({ content: { video: any } }),
    parts: ['video'],
    degraded: ['D3'],
  },
  {
    name: 'a sticker goes as its emoji where there are no pictures',
    given: { content: { kind: { $case: 'sticker', value: { media: media(), emoji: '😀' } } } },
    capabilities: channel(),
    parts: ['😀'],
    degraded: ['D8'],
  },
  {
    name: 'a sticker goes as a picture',
    given: { content: { kind: { $case: 'sticker', value: { media: media(), emoji: '😀' } } } },
    capabilities: channel({ content: { image: any } }),
    parts: ['image'],
    degraded: ['D6'],
  },
  {
    name: 'a place goes as a map link',
    given: {
      content: {
        kind: {
          $case: 'location',
          value: { latitude: 1.5, longitude: 2.5, title: 'Shop', address: '', liveSeconds: 0 },
        },
      },
    },
    capabilities: channel({ textMax: 0 }),
    parts: ['Shop\nhttps://www.openstreetmap.org/?mlat=1.5&mlon=2.5#map=17/1.5/2.5'],
    degraded: ['D10'],
  },
  {
    name: 'an album goes as single pictures, its caption with the first',
    given: {
      content: {
        kind: {
          $case: 'album',
          value: {
            items: [
              { type: 1, media: media(), caption: undefined },
              { type: 1, media: media(), caption: undefined },
            ],
            caption: plain('both'),
          },
        },
      },
    },
    capabilities: channel({ captionMax: 10, content: { image: any } }),
    parts: ['image:both', 'image'],
  },
  {
    name: 'an album that is too large goes as several',
    given: {
      content: {
        kind: {
          $case: 'album',
          value: { items: Array(5).fill({ type: 1, media: media(), caption: undefined }), caption: plain('all') },
        },
      },
    },
    capabilities: channel({ captionMax: 10, albumMax: 2, content: { image: any, album: any } }),
    parts: ['album:all', 'album', 'image'],
  },
  {
    name: 'a kind that a channel names in the spelling of the contract is carried',
    given: { content: { kind: { $case: 'contactCards', value: { cards: [] } } } },
    capabilities: channel({ content: { contact_cards: any } }),
    parts: ['contactCards'],
  },
  {
    name: 'a quote where there are none becomes a line on top',
    given: {
      content: text('yes'),
      reply: { messageId: 'm0', platformId: '', text: 'ready?\nnow?', senderName: '', selected: '' },
    },
    capabilities: channel({ textMax: 99 }),
    parts: ['> ready?\n> now?\nyes'],
    degraded: ['D5'],
  },
  {
    name: 'an address behind a word is written out where marks are not shown',
    given: {
      content: {
        kind: {
          $case: 'text',
          value: {
            plain: 'see here now',
            marks: [
              {
                ...{ type: MarkType.MARK_TYPE_LINK, offset: 4, length: 4, href: 'https://a.example' },
                ...{ platformPartyId: '', language: '' },
              },
            ],
          },
        },
      },
    },
    capabilities: channel({ textMax: 99 }),
    parts: ['see here (https://a.example) now'],
    degraded: ['D2'],
  },
];

for (const { name, given, capabilities, parts, degraded = [] } of cases) {
  test(name, () => {
    const adapted = send(given, capabilities);
    assert.deepEqual(short(adapted.parts), parts);
    assert.deepEqual(adapted.degraded, degraded);
  });
}

const orders: readonly {
  name: string;
  action: NonNullable<OutgoingMessage['action']>;
  capabilities: Capabilities;
  parts: readonly string[];
  degraded?: readonly string[];
}[] = [
  {
    name: 'an edit goes as an edit',
    action: { $case: 'edit', value: { messageId: 'm0', content: text('new'), keyboard: undefined } },
    capabilities: channel({ editSeconds: 60 }),
    parts: ['edit:new'],
  },
  {
    name: 'an edit that has grown too long goes on in a new message',
    action: {
      $case: 'edit',
      value: { messageId: 'm0', content: text('one two three four five'), keyboard: undefined },
    },
    capabilities: channel({ editSeconds: 60 }),
    parts: ['edit:one two three four', 'message:five'],
  },
  {
    name: 'an edit where there are none is a correction',
    action: { $case: 'edit', value: { messageId: 'm0', content: text('new'), keyboard: undefined } },
    capabilities: channel(),
    parts: ['message:Corrected: new'],
    degraded: ['D7'],
  },
  {
    name: 'an edit of what cannot be changed is a correction',
    action: { $case: 'edit', value: { messageId: 'm0', content: image('new'), keyboard: undefined } },
    capabilities: channel({ editSeconds: 60, editContent: ['text'], captionMax: 20, content: { image: any } }),
    parts: ['message:image:Corrected: new'],
    degraded: ['D7'],
  },
  {
    name: 'a reaction where there are none is its emoji',
    action: { $case: 'reaction', value: { messageId: 'm0', reactions: ['👍'] } },
    capabilities: channel(),
    parts: ['message:👍'],
    degraded: ['D8'],
  },
  {
    name: 'a deletion goes on as it is',
    action: { $case: 'delete', value: { messageIds: ['m0'] } },
    capabilities: channel({ deleteSeconds: 60 }),
    parts: ['delete:delete'],
  },
];

for (const { name, action, capabilities, parts, degraded = [] } of orders) {
  test(name, () => {
    const adapted = adapt({ ...OutgoingMessage.fromPartial({ id: 'm1' }), action }, capabilities, fileUrl);
    const shown = short(adapted.parts).map((part, index) => `${adapted.parts[index]?.action?.$case}:${part}`);
    assert.deepEqual(shown, parts);
    assert.deepEqual(adapted.degraded, degraded);
  });
}

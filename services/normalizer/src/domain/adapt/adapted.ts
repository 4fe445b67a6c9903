import type { Capabilities, Content, Keyboard, OutgoingMessage, Text } from '@trunkline/contracts';
import type { Option } from '../state/documents.ts';
import { carries } from './carries.ts';

/**
 * How something was sent that the channel does not carry: D1 link in the text, D2 as text, D3 as a file or another kind of
 * it, D4 numbered text options, D5 quoted line, D6 as a picture, D7 a new message "Corrected: …", D8 the emoji as text,
 * D10 map link, D11 names and phones as text, D12 a picture made into another type, or smaller.
 */
export type Degradation = 'D1' | 'D2' | 'D3' | 'D4' | 'D5' | 'D6' | 'D7' | 'D8' | 'D10' | 'D11' | 'D12';

/** An outgoing message as its channel can carry it. */
export interface Adapted {
  /** In the order of sending; all with the message's id. */
  readonly parts: readonly OutgoingMessage[];
  /** By the number of a part that edits or deletes: the part of the other message that it is about. */
  readonly targetParts: ReadonlyMap<number, number>;
  readonly degraded: readonly Degradation[];
  /** Options that stand in the text as numbered lines. */
  readonly options: readonly Option[];
}

/** A part of a message before its texts are split. */
export interface Piece {
  /** What is sent natively; absent for a text alone. Its own caption is empty: it stands in `text`. */
  readonly native?: NonNullable<Content['kind']>;
  readonly text: Text;
  /** Buttons of this piece alone. */
  readonly keyboard?: Keyboard;
}

/** A text without marks. Pure. */
export function plain(text: string): Text {
  return { plain: text, marks: [] };
}

/** Can a text stand under it here: an attachment or an album, but neither a sticker nor a round video. Pure. */
export function takesCaption({ native }: Piece, capabilities: Capabilities): boolean {
  switch (native?.$case) {
    case undefined:
      return true;
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'file':
    case 'animation':
    case 'album':
      return carries(capabilities, native.$case)?.isWithoutCaption !== true;
    default:
      return false;
  }
}

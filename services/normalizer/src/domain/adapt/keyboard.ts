import {
  type Button,
  type ButtonCapability,
  type Capabilities,
  type Keyboard,
  KeyboardMode,
  type KeyboardRow,
} from '@trunkline/contracts';
import type { Option } from '../state/documents.ts';
import type { Degradation } from './adapted.ts';
import { canAct } from './carries.ts';

/** What a keyboard becomes in a channel. */
export interface AdaptedKeyboard {
  readonly native?: Keyboard;
  /** What the native buttons may stand under. */
  readonly limit?: ButtonCapability;
  /** Lines of text for what is no button here, after the options. */
  readonly lines: readonly string[];
  /** Options to be written as numbered lines. */
  readonly options: readonly Option[];
  readonly degraded: readonly Degradation[];
}

const none: AdaptedKeyboard = { lines: [], options: [], degraded: [] };

/**
 * Keeps the buttons that fit the channel; what asks for an answer becomes a numbered option (all of them, so that the
 * numbers are whole), everything else a line of text. A limit of 0 means none. Pure.
 */
export function adaptKeyboard(keyboard: Keyboard | undefined, capabilities: Capabilities): AdaptedKeyboard {
  if (keyboard === undefined) return none;
  if (keyboard.mode === KeyboardMode.KEYBOARD_MODE_REMOVE) {
    return capabilities.replyButtons === undefined ? none : { ...none, native: keyboard };
  }
  const buttons = keyboard.rows.flatMap((row) => row.buttons);
  const { mode, limit } = placeOf(keyboard.mode, buttons, capabilities);
  const fitting = limit === undefined ? [] : buttons.filter((button) => fits(button, limit, capabilities, buttons));
  const areAnswersWhole = buttons.every((button) => !isAnswer(button) || fitting.includes(button));
  const kept = fitting.filter((button) => areAnswersWhole || !isAnswer(button));
  const rows = limit === undefined ? undefined : layOut(keyboard.rows, kept, limit);
  const shown = rows === undefined ? [] : kept;
  const dropped = buttons.filter((button) => !shown.includes(button));
  const options = dropped.filter(isAnswer).map(optionOf);
  const lines = dropped.filter((button) => !isAnswer(button)).map(lineOf);
  return {
    ...(rows === undefined || limit === undefined || shown.length === 0
      ? {}
      : { limit, native: { ...keyboard, mode, rows } }),
    lines,
    options,
    degraded: [...(options.length > 0 ? (['D4'] as const) : []), ...(lines.length > 0 ? (['D2'] as const) : [])],
  };
}

/** Can a button stand under a card: as it could under a message, beside others. Pure. */
export function fitsUnder(button: Button, capabilities: Capabilities): boolean {
  const { inlineButtons } = capabilities;
  return inlineButtons !== undefined && fits(button, inlineButtons, capabilities, [button]);
}

interface Place {
  readonly mode: KeyboardMode;
  readonly limit: ButtonCapability | undefined;
}

/** Where the order says, unless only the other place has all of the buttons: one that asks for a phone, for example. */
function placeOf(mode: KeyboardMode, buttons: readonly Button[], capabilities: Capabilities): Place {
  const isInline = mode === KeyboardMode.KEYBOARD_MODE_INLINE;
  const other = isInline ? KeyboardMode.KEYBOARD_MODE_QUICK : KeyboardMode.KEYBOARD_MODE_INLINE;
  const wanted = { mode, limit: limitOf(mode, capabilities) };
  if (wanted.limit === undefined) return wanted;
  const isWhole = ({ limit }: Place) =>
    limit !== undefined && buttons.every((button) => fits(button, limit, capabilities, buttons));
  return [wanted, { mode: other, limit: limitOf(other, capabilities) }].find(isWhole) ?? wanted;
}

function limitOf(mode: KeyboardMode, { inlineButtons, replyButtons }: Capabilities): ButtonCapability | undefined {
  switch (mode) {
    case KeyboardMode.KEYBOARD_MODE_REPLY:
      return replyButtons;
    case KeyboardMode.KEYBOARD_MODE_QUICK:
      return replyButtons ?? inlineButtons;
    default:
      return inlineButtons;
  }
}

/** A button that the person answers with; all others only open or ask something. */
function isAnswer({ action }: Button): boolean {
  return action === undefined || action.$case === 'callback' || action.$case === 'reply';
}

function fits(button: Button, limit: ButtonCapability, capabilities: Capabilities, all: readonly Button[]): boolean {
  const { textMax, payloadMaxBytes, loneActions, actions } = limit;
  const action = button.action?.$case ?? 'reply';
  const isOwn = actions.length === 0 || actions.includes(action);
  const isInPlace = isOwn && (all.length === 1 || !loneActions.includes(action));
  const isShort = textMax === 0 || button.text.length <= textMax;
  const isSmall = payloadMaxBytes === 0 || !isAnswer(button) || Buffer.byteLength(payloadOf(button)) <= payloadMaxBytes;
  return isInPlace && isShort && isSmall && canAct(capabilities, action);
}

/** The rows as they are, packed closer where they do not fit; undefined where they do not fit at all. */
function layOut(
  rows: readonly KeyboardRow[],
  kept: readonly Button[],
  { rows: rowsMax, columns, total, answersTotal }: ButtonCapability,
): KeyboardRow[] | undefined {
  const most = answersTotal > 0 && kept.every(isAnswer) ? answersTotal : total;
  if (most > 0 && kept.length > most) return undefined;
  const width = columns > 0 ? columns : Number.POSITIVE_INFINITY;
  const own = rows.map((row) => row.buttons.filter((button) => kept.includes(button))).filter((row) => row.length > 0);
  const asGiven = own.flatMap((row) => inRows(row, width));
  const isOk = (made: readonly KeyboardRow[]) => rowsMax === 0 || made.length <= rowsMax;
  if (isOk(asGiven)) return asGiven;
  const packed = inRows(kept, width);
  return isOk(packed) ? packed : undefined;
}

function inRows(buttons: readonly Button[], width: number): KeyboardRow[] {
  const rows: KeyboardRow[] = [];
  for (let from = 0; from < buttons.length; from += width) rows.push({ buttons: buttons.slice(from, from + width) });
  return rows;
}

function optionOf(button: Button): Option {
  return { label: button.text, payload: payloadOf(button) };
}

function payloadOf({ action, text }: Button): string {
  return action?.$case === 'callback' || action?.$case === 'reply' ? action.value || text : text;
}

function lineOf({ text, action }: Button): string {
  switch (action?.$case) {
    case 'url':
    case 'call':
    case 'copy':
    case 'appUrl':
      return `${text}: ${action.value}`;
    default:
      return text;
  }
}

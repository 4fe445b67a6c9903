import { ConnectorError } from '@trunkline/adapter-kit';
import { type Button, type Keyboard, KeyboardMode } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

const shortButtons = { total: 3, textMax: 20 };

/**
 * Buttons under a text: one that opens an address or asks for a place; up to three short answers; else a list. Undefined
 * where there is nothing to press. Throws ConnectorError 'content_invalid' for what no message can hold together.
 */
export function interactive(body: string, keyboard: Keyboard | undefined): Json | undefined {
  const buttons = keyboard?.rows.flatMap((row) => row.buttons) ?? [];
  if (buttons.length === 0 || keyboard?.mode === KeyboardMode.KEYBOARD_MODE_REMOVE) return undefined;
  const [first] = buttons;
  const text = { body: { text: body } };
  const lone = buttons.length === 1 ? loneAction(first) : undefined;
  if (lone !== undefined) return { ...lone, ...text };
  const answers = rowsOf(buttons);
  const isShort =
    answers.length <= shortButtons.total && answers.every(({ title }) => title.length <= shortButtons.textMax);
  const areTitlesUnique = new Set(answers.map(({ title }) => title)).size === answers.length;
  if (isShort && areTitlesUnique) {
    return { type: 'button', ...text, action: { buttons: answers.map((reply) => ({ type: 'reply', reply })) } };
  }
  // The button that opens the list has no word of ours in any language: three dots are read in all.
  const action = { button: cut(keyboard?.placeholder ?? '') || '•••', sections: [{ rows: answers }] };
  return { type: 'list', ...text, action };
}

function loneAction(button: Button | undefined): Json | undefined {
  switch (button?.action?.$case) {
    case 'url': {
      const parameters = { display_text: cut(button.text), url: button.action.value };
      return { type: 'cta_url', action: { name: 'cta_url', parameters } };
    }
    case 'requestLocation':
      return { type: 'location_request_message', action: { name: 'send_location' } };
    default:
      return undefined;
  }
}

function cut(label: string): string {
  return [...label].slice(0, shortButtons.textMax).join('');
}

/** Answers with ids that differ: the platform refuses two of the same, so a repeated payload gets an invisible tail. */
function rowsOf(buttons: readonly Button[]): { readonly id: string; readonly title: string }[] {
  const used = new Set<string>();
  return buttons.map(({ text: title, action }) => {
    if (action !== undefined && action.$case !== 'callback' && action.$case !== 'reply') {
      throw new ConnectorError('content_invalid', `WhatsApp shows no button beside others that does ${action.$case}`);
    }
    let id = action?.value || title;
    while (used.has(id)) id += '\u200b';
    used.add(id);
    return { id, title };
  });
}

/** The form on the page: what stands in it, and what is said of it. The server wrote it; nothing is decided here. */
export interface ShownForm {
  /** What was typed, by field. */
  readonly values: () => Record<string, string>;
  readonly value: (name: string) => string;
  readonly set: (name: string, value: string) => void;
  /** Fields that are asked for now and that nothing stands in, with their sentences. */
  readonly absent: () => Record<string, string>;
  /** Says what is wrong, and leads to the first field that is. */
  readonly tell: (message: string, fields?: Readonly<Record<string, string>>) => void;
  /** While it is sent nobody sends it again. */
  readonly busy: (label: string | undefined) => void;
}

/** Fields of the form itself, which tell nothing of the visitor. */
const own = new Set(['token', 'lang', 'kind', 'website']);

/** Reads and marks a form. */
export function shownForm(form: HTMLFormElement): ShownForm {
  const alert = form.querySelector('.alert') as HTMLElement;
  const button = form.querySelector('.send') as HTMLButtonElement;
  const fields = [...form.querySelectorAll<HTMLElement>('[data-field]')];
  const data = () => new FormData(form);
  const value = (name: string) => String(data().get(name) ?? '');
  const isAsked = ({ dataset: { only } }: HTMLElement) => only === undefined || only === value('kind');
  const controlOf = (field: HTMLElement) => field.querySelector<HTMLInputElement>('input, textarea, select');
  const mark = (field: HTMLElement, problem: string) => {
    const said = field.querySelector('.error');
    if (said) said.textContent = problem;
    if (problem === '') controlOf(field)?.removeAttribute('aria-invalid');
    else controlOf(field)?.setAttribute('aria-invalid', 'true');
  };
  // What is put right is not wrong any more.
  form.addEventListener('input', ({ target }) => {
    const field = target instanceof Element ? target.closest<HTMLElement>('[data-field]') : null;
    if (field) mark(field, '');
  });
  let label: Node[] | undefined;
  return {
    value,
    values: () =>
      Object.fromEntries([...data()].filter(([name]) => !own.has(name)).map(([name, text]) => [name, String(text)])),
    set: (name, text) => {
      const control = form.elements.namedItem(name);
      if (control instanceof HTMLInputElement) control.value = text;
    },
    absent: () => {
      const missing = fields.filter((field) => {
        return isAsked(field) && controlOf(field)?.required && value(field.dataset.field ?? '').trim() === '';
      });
      return Object.fromEntries(missing.map(({ dataset }) => [dataset.field ?? '', dataset.absent ?? '']));
    },
    tell: (message, problems = {}) => {
      alert.textContent = message;
      for (const field of fields) mark(field, problems[field.dataset.field ?? ''] ?? '');
      const first = fields.find((field) => isAsked(field) && problems[field.dataset.field ?? ''] !== undefined);
      if (first) controlOf(first)?.focus();
      else if (message !== '') button.focus();
    },
    busy: (said) => {
      if ((said === undefined) === (label === undefined)) return;
      // Not disabled: the focus stays where it is.
      button.setAttribute('aria-disabled', String(said !== undefined));
      if (said === undefined) {
        button.replaceChildren(...(label ?? []));
        label = undefined;
      } else {
        label = [...button.childNodes];
        button.replaceChildren(said);
      }
    },
  };
}

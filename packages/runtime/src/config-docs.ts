import { type ConfigSchema, descriptionOf, metaOf } from './config.ts';

/** One setting as documents show it. */
export interface SettingDoc {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  /** Default as text; empty when there is none. */
  readonly fallback: string;
  readonly isSecret: boolean;
}

/** What a schema says about its settings, in its own order. Pure. */
export function settingsOf(schema: ConfigSchema): SettingDoc[] {
  return Object.entries(schema.shape).map(([name, setting]) => {
    const absent = schema.shape[name]?.['~standard'].validate(undefined);
    const isRequired = absent === undefined || absent instanceof Promise || absent.issues !== undefined;
    return {
      name,
      description: descriptionOf(setting),
      isRequired,
      fallback: isRequired || !('value' in absent) ? '' : fallbackOf(absent.value),
      isSecret: metaOf(setting, 'isSecret') === true,
    };
  });
}

/** Text of an example environment file: each setting with its description; those with a default commented out. Pure. */
export function exampleText(settings: readonly SettingDoc[]): string {
  return settings
    .map(
      ({ name, description, isRequired, fallback }) =>
        `# ${description}\n${isRequired ? '' : '# '}${name}=${fallback}\n`,
    )
    .join('\n');
}

/** Table of settings in Markdown. Pure. */
export function docsTable(settings: readonly SettingDoc[]): string {
  const rows = settings.map(({ name, description, isRequired, fallback, isSecret }) => {
    const value = isRequired ? 'required' : fallback === '' ? '–' : `\`${fallback}\``;
    return `| \`${name}\` | ${value} | ${description}${isSecret ? ' Secret.' : ''} |`;
  });
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

function fallbackOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(',');
  if (value instanceof Map) return [...value].map(([key, each]) => `${key}=${each}`).join(',');
  return String(value);
}

import { z } from 'zod';
import { isSecret, type Secret, secret, withoutPassword } from './secret.ts';

/** Schema of settings: one property an environment variable, each with a description. */
export type ConfigSchema = z.ZodObject;

/** Says everything that is wrong with the settings at once; the service does not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One sentence a problem. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads settings from the environment; an empty variable counts as absent. Throws {@link ConfigError} with all problems
 * together. Called once, when a service starts.
 */
export function readConfig<Schema extends ConfigSchema>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .map((name) => [name, env[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => problemOf(schema, given, issue)));
}

/** A secret from the environment. Its schema is what tells the printed settings to hide it. */
export function secretSetting(): z.ZodType<Secret, string> {
  return z.string().min(1).transform(secret).meta({ isSecret: true });
}

/** A list from the environment, by commas; empty by default. */
export function listSetting(): z.ZodType<string[], string | undefined> {
  return z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );
}

/** Yes or no from the environment: true, false, 1, 0, yes, no, on, off. */
export function switchSetting(otherwise: boolean): z.ZodType<boolean, string | undefined> {
  return z.stringbool().default(otherwise);
}

/** Settings as they may be printed: secrets as present or absent, addresses without passwords. Pure. */
export function printable(schema: ConfigSchema, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, setting]) => {
      const value = config[name];
      const isHidden = metaOf(setting, 'isSecret') === true || isSecret(value);
      if (isHidden) return [name, value === undefined ? 'absent' : 'present'];
      return [name, value === undefined ? 'absent' : shown(value)];
    }),
  );
}

function shown(value: unknown): unknown {
  if (isSecret(value)) return 'present';
  if (typeof value === 'string') return withoutPassword(value);
  if (Array.isArray(value)) return value.map(shown);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, shown(each)]));
  return typeof value === 'object' && value !== null ? '[object]' : value;
}

function problemOf(schema: ConfigSchema, given: Readonly<Record<string, unknown>>, issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0] ?? '');
  const about = descriptionOf(schema.shape[name]);
  const what = given[name] === undefined ? 'is required' : `is not valid: ${issue.message}`;
  return `${name} ${what}${about === '' ? '' : ` (${about})`}`;
}

/** Description of a setting, wherever in its schema it was given; empty when there is none. Pure. */
export function descriptionOf(schema: unknown): string {
  return String(metaOf(schema, 'description') ?? '');
}

/** Something noted in a schema, looked for from the outside in. Pure. */
export function metaOf(schema: unknown, name: string): unknown {
  if (!(schema instanceof z.ZodType)) return undefined;
  const own = schema.meta()?.[name];
  if (own !== undefined) return own;
  const { def } = schema as unknown as { def: { innerType?: unknown; in?: unknown; out?: unknown } };
  return metaOf(def.innerType, name) ?? metaOf(def.in, name) ?? metaOf(def.out, name);
}

import pino, { type DestinationStream } from 'pino';
import { TrunklineError } from './errors.ts';

/** Fields of a log line: ids, counts, codes. Never texts of messages, phone numbers, names of people, tokens. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Log of a service: a fixed sentence and fields. `info`: one line per business event, on the message path one a micro-batch;
 * `warn`: it will be tried again; `error`: a person must look; `debug`: anything. An error goes into the field `error`.
 */
export interface Logger {
  debug(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  error(sentence: string, fields?: LogFields): void;
  /** The same log with more fields in every line. */
  child(fields: LogFields): Logger;
}

/** Levels of the log, from much to nothing. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** What {@link createLogger} wants. */
export interface LoggerOptions {
  readonly service: string;
  readonly instance: string;
  readonly level: (typeof logLevels)[number];
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

/** Fields that are masked wherever somebody puts them by mistake. */
const masked = [
  'text',
  'caption',
  'phone',
  'email',
  'token',
  'secret',
  'secrets',
  'password',
  'licenceKey',
  'authorization',
];

/** Makes the log of one service instance: one line of JSON an entry. */
export function createLogger(options: LoggerOptions): Logger {
  const paths = masked.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  const root = pino(
    {
      level: options.level,
      base: { service: options.service, instance: options.instance },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[masked]' },
      serializers: { error: serializeError },
    },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
  return wrap(root);
}

function wrap(to: pino.Logger): Logger {
  return {
    debug: (sentence, fields = {}) => to.debug(fields, sentence),
    info: (sentence, fields = {}) => to.info(fields, sentence),
    warn: (sentence, fields = {}) => to.warn(fields, sentence),
    error: (sentence, fields = {}) => to.error(fields, sentence),
    child: (fields) => wrap(to.child(fields)),
  };
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  const cause = error.cause === undefined ? {} : { cause: serializeError(error.cause) };
  const ours = error instanceof TrunklineError ? { code: error.code, certain: error.certain } : {};
  if (quotesText.test(message)) return { name, ...ours, stack: stack?.slice(stack.search(/\n {4}at /)), ...cause };
  return { name, ...ours, message, stack, ...cause };
}

/** The engine's words about text that is no JSON quote the text: a body, with what people wrote. */
const quotesText = / is not valid JSON$/;

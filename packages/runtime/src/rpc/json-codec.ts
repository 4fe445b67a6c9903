import { type DescMessage, fromBinary, fromJsonString, type Registry, toBinary, toJson } from '@bufbuild/protobuf';
import { isFieldError } from '@bufbuild/protobuf/reflect';
import { type FieldViolation, invalidArgument, TrunklineError } from '../errors.ts';
import type { RpcDefinition, RpcMethod } from './definition.ts';
import type { Descriptors } from './descriptors.ts';

/** Reads requests and writes answers of one method in the canonical JSON of Protocol Buffers. */
export interface JsonCodec {
  /** Throws `invalid_argument` naming the field: an unknown one, a wrong type, a name twice, too deep a nesting. */
  read(text: string): unknown;
  /** Fields without a value are written too. */
  write(answer: unknown): unknown;
}

/** Makes the codec of a method. Throws when the descriptors do not know it. */
export function jsonCodecOf({ registry }: Descriptors, definition: RpcDefinition, method: RpcMethod): JsonCodec {
  const found = registry.getService(definition.fullName)?.methods.find(({ name }) => name === method.name);
  if (found === undefined)
    throw new Error(`the descriptors do not know ${definition.fullName}/${method.name}: generate them`);
  const { input, output } = found;
  return {
    read: (text) => method.requestType.decode(toBinary(input, parse(input, text, registry))),
    write: (answer) => {
      const { responseType } = method;
      const bytes = responseType.encode(responseType.fromPartial(answer as never)).finish();
      return toJson(output, fromBinary(output, bytes), { alwaysEmitImplicit: true, registry });
    },
  };
}

function parse(input: DescMessage, text: string, registry: Registry) {
  try {
    return fromJsonString(input, text === '' ? '{}' : text, { registry });
  } catch (error) {
    const violation = violationOf(error);
    if (violation !== undefined) throw invalidArgument(violation);
    throw new TrunklineError('invalid_argument', String(error), {
      publicMessage: 'The body is not a JSON object.',
      remedy: "Send the method's request as a JSON object in UTF-8.",
      cause: error,
    });
  }
}

/** The field that is meant, out of the library's sentences; undefined when it is no field's fault. */
function violationOf(error: unknown): FieldViolation | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, what = error.message] = error.message.split(/ from JSON: (.*)/s);
  if (isFieldError(error.cause)) return { field: error.cause.field().name, description: short(what) };
  const [, unknown] = /^key "(.*)" is unknown$/s.exec(what) ?? [];
  if (unknown !== undefined) return { field: short(unknown), description: 'is not a field of this request' };
  const [, twice] = /^duplicate object key "(.*)"$/s.exec(what) ?? [];
  return twice === undefined ? undefined : { field: short(twice), description: 'is given twice' };
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

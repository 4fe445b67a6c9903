import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { commentOf } from './openapi-comments.ts';

/** Schemas of messages and enums, collected as they are met. */
export interface Schemas {
  /** Reference to a message's schema; collects it and what it holds. */
  readonly refTo: (message: DescMessage) => object;
  /** What was collected, by name. */
  readonly all: () => Record<string, object>;
}

/** Types whose canonical JSON is no object of their fields. */
const special: Readonly<Record<string, object>> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', description: 'Seconds with an s: "1.5s".' },
  'google.protobuf.Struct': { type: 'object' },
  'google.protobuf.Value': {},
  'google.protobuf.ListValue': { type: 'array' },
  'google.protobuf.Empty': { type: 'object' },
};

/** Makes an empty collection. */
export function createSchemas(): Schemas {
  const found = new Map<string, object>();
  const collect = (desc: DescMessage | DescEnum, schema: () => object): object => {
    const name = shortName(desc);
    if (!found.has(name)) {
      // A message may hold itself: its name is known before its fields are looked at.
      found.set(name, {});
      found.set(name, schema());
    }
    return { $ref: `#/components/schemas/${name}` };
  };
  const refTo = (message: DescMessage): object =>
    special[message.typeName] ?? collect(message, () => messageSchema(message, schemaOf));
  const schemaOf = (of: DescMessage | DescEnum): object =>
    of.kind === 'message' ? refTo(of) : collect(of, () => enumSchema(of));
  return {
    refTo,
    all: () => Object.fromEntries([...found].sort(([a], [b]) => a.localeCompare(b))),
  };
}

type SchemaOf = (desc: DescMessage | DescEnum) => object;

/** Names are unique in a package; packages here have different names for their things, or the area before them. */
function shortName({ typeName }: DescMessage | DescEnum): string {
  return typeName.replace(/^trunkline\.(\w+)\.v1\./, '$1.').replaceAll(/[^\w.-]/g, '_');
}

function messageSchema(message: DescMessage, schemaOf: SchemaOf): object {
  const choices = message.oneofs.map(
    ({ fields }) => `At most one of: ${fields.map(({ jsonName }) => jsonName).join(', ')}.`,
  );
  return {
    type: 'object',
    description: [commentOf(message), ...choices].join(' ').trim(),
    additionalProperties: false,
    properties: Object.fromEntries(message.fields.map((field) => [field.jsonName, fieldSchema(field, schemaOf)])),
  };
}

function fieldSchema(field: DescField, schemaOf: SchemaOf): object {
  return { ...valueSchema(field, schemaOf), description: commentOf(field) };
}

function valueSchema(field: DescField, schemaOf: SchemaOf): object {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarSchema(field.scalar);
    case 'message':
      return schemaOf(field.message);
    case 'enum':
      return schemaOf(field.enum);
    case 'list':
      return { type: 'array', items: field.listKind === 'scalar' ? scalarSchema(field.scalar) : schemaOf(held(field)) };
    case 'map':
      return {
        type: 'object',
        additionalProperties: field.mapKind === 'scalar' ? scalarSchema(field.scalar) : schemaOf(held(field)),
      };
  }
}

function held(field: { readonly message?: DescMessage | undefined; readonly enum?: DescEnum | undefined }) {
  const desc = field.message ?? field.enum;
  if (desc === undefined) throw new Error('a field that is no scalar holds a message or an enum');
  return desc;
}

function enumSchema(desc: DescEnum): object {
  const meanings = desc.values.map((value) => `${value.name}: ${commentOf(value)}`);
  return {
    type: 'string',
    enum: desc.values.map(({ name }) => name),
    description: [commentOf(desc), ...meanings].join('\n'),
  };
}

function scalarSchema(scalar: ScalarType): object {
  switch (scalar) {
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number' };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { type: 'string', format: 'int64', pattern: '^-?[0-9]+$' };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { type: 'string', format: 'uint64', pattern: '^[0-9]+$' };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: 'integer', minimum: 0, maximum: 4_294_967_295 };
    default:
      return { type: 'integer', format: 'int32' };
  }
}

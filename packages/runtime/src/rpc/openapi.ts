import type { DescMessage, DescMethod } from '@bufbuild/protobuf';
import { errorCodes } from '@trunkline/contracts';
import { bridgePathOf } from './bridge.ts';
import { pathOf, type RpcDefinition, type RpcMethod } from './definition.ts';
import type { Descriptors } from './descriptors.ts';
import { commentOf } from './openapi-comments.ts';
import { createSchemas } from './openapi-schemas.ts';

/** What {@link openApiDocument} describes. */
export interface OpenApiOptions {
  readonly title: string;
  readonly version: string;
  /** Public address of the door. */
  readonly serverUrl: string;
  readonly services: readonly RpcDefinition[];
  /** The methods that the bridge serves, by their path. */
  readonly isPublic: (path: string) => boolean;
  readonly descriptors: Descriptors;
}

/** An OpenAPI 3.1 document of what the bridge serves, with the contracts' own comments. Pure. */
export function openApiDocument(options: OpenApiOptions): object {
  const schemas = createSchemas();
  const paths: Record<string, object> = {};
  for (const definition of options.services) {
    const service = options.descriptors.registry.getService(definition.fullName);
    for (const method of Object.values(definition.methods)) {
      const found = service?.methods.find(({ name }) => name === method.name);
      if (found === undefined || !options.isPublic(pathOf(definition, method))) continue;
      paths[bridgePathOf(definition, method)] = { post: operation(definition, method, found, schemas.refTo) };
    }
  }
  const tags = options.services.map(({ name, fullName }) => {
    const service = options.descriptors.registry.getService(fullName);
    return { name, description: service === undefined ? '' : commentOf(service) };
  });
  return {
    openapi: '3.1.0',
    info: { title: options.title, version: options.version },
    servers: [{ url: options.serverUrl }],
    security: [{ apiKey: [] }],
    tags: tags.filter(({ name }) => Object.keys(paths).some((path) => path.startsWith(`/v1/${name}/`))),
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
      responses: { Error: errorResponse },
      schemas: { ...schemas.all(), Error: errorSchema },
    },
  };
}

type RefTo = (message: DescMessage) => object;

function operation(definition: RpcDefinition, method: RpcMethod, found: DescMethod, refTo: RefTo): object {
  const description = commentOf(found);
  const answer = refTo(found.output);
  return {
    operationId: `${definition.name}_${method.name}`,
    tags: [definition.name],
    summary: description.split(/(?<=\.)\s/, 1)[0] ?? '',
    description,
    requestBody: { required: true, content: { 'application/json': { schema: refTo(found.input) } } },
    responses: {
      200: method.responseStream
        ? {
            description: 'One line of JSON an item; empty lines say that the stream lives.',
            content: { 'application/x-ndjson': { schema: answer } },
          }
        : { description: 'Done.', content: { 'application/json': { schema: answer } } },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

const errorResponse = {
  description: 'Refused or failed.',
  headers: { 'retry-after': { description: 'Seconds to wait.', schema: { type: 'integer' } } },
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

const errorSchema = {
  type: 'object',
  required: ['code', 'message', 'remedy', 'details'],
  properties: {
    code: { type: 'string', enum: [...errorCodes], description: 'What it is, for programs.' },
    message: { type: 'string', description: 'What it is, for people.' },
    remedy: { type: 'string', description: 'What can be done about it.' },
    details: {
      type: 'array',
      description: 'Fields that are meant.',
      items: {
        type: 'object',
        required: ['field', 'description'],
        properties: { field: { type: 'string' }, description: { type: 'string' } },
      },
    },
  },
};

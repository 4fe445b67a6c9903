import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A span as a collector gets it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  /** Trace ids of the spans that it links to. */
  readonly links: readonly string[];
}

/** A collector that keeps what it is sent: OTLP over HTTP, protobuf. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Whatever came, as it came. */
  readonly bodies: readonly Buffer[];
}

/** Starts the collector on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks));
    if (request.url === '/v1/traces') spans.push(...spansOf(Buffer.concat(chunks)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    bodies,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Fields of a message by their numbers, as opentelemetry/proto/collector/trace/v1/trace_service.proto numbers them. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === 2) fields.set(field, [...(fields.get(field) ?? []), reader.bytes()]);
    else reader.skip(wireType, field);
  }
  return fields;
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

function spansOf(request: Uint8Array): ReceivedSpan[] {
  return (fieldsOf(request).get(1) ?? []).flatMap((resourceSpans) => {
    const fields = fieldsOf(resourceSpans);
    const service = serviceOf(fields.get(1)?.[0]);
    const scopes = fields.get(2) ?? [];
    return scopes.flatMap((scope) => (fieldsOf(scope).get(2) ?? []).map((span) => spanOf(span, service)));
  });
}

function serviceOf(resource: Uint8Array | undefined): string {
  for (const attribute of fieldsOf(resource ?? new Uint8Array()).get(1) ?? []) {
    const fields = fieldsOf(attribute);
    if (text(fields.get(1)?.[0]) === 'service.name')
      return text(fieldsOf(fields.get(2)?.[0] ?? new Uint8Array()).get(1)?.[0]);
  }
  return '';
}

function spanOf(bytes: Uint8Array, service: string): ReceivedSpan {
  const fields = fieldsOf(bytes);
  const links = (fields.get(13) ?? []).map((link) => hex(fieldsOf(link).get(1)?.[0]));
  return {
    service,
    name: text(fields.get(5)?.[0]),
    traceId: hex(fields.get(1)?.[0]),
    spanId: hex(fields.get(2)?.[0]),
    parentSpanId: hex(fields.get(4)?.[0]),
    links,
  };
}

import { connect } from 'node:http2';

/** What a gRPC server answered. */
export interface GrpcAnswer {
  /** Number of the status: 0 is OK. */
  readonly status: number;
  readonly message: string;
  readonly messages: readonly Buffer[];
  /** The status with its google.rpc details, as text that can be searched. */
  readonly details: string;
}

/**
 * One gRPC call by bare HTTP/2: what any language's client does, without ours. Ends after the first answer where `isOpen`
 * says that the server would go on.
 */
export async function grpcCall(
  address: string,
  path: string,
  request: Uint8Array,
  { headers = {}, isOpen = false }: { headers?: Record<string, string>; isOpen?: boolean } = {},
): Promise<GrpcAnswer> {
  const session = connect(`http://${address}`);
  try {
    return await new Promise<GrpcAnswer>((resolve, reject) => {
      const stream = session.request({
        ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
        ...headers,
      });
      let bytes = Buffer.alloc(0);
      let told: Record<string, unknown> = {};
      const hear = (headers: Record<string, unknown>) => {
        told = { ...told, ...headers };
      };
      const answer = () => {
        const status = Number(told['grpc-status'] ?? (isOpen ? 0 : Number.NaN));
        const message = decodeURIComponent(String(told['grpc-message'] ?? ''));
        const details = Buffer.from(String(told['grpc-status-details-bin'] ?? ''), 'base64').toString('latin1');
        resolve({ status, message, messages: framesOf(bytes), details });
      };
      stream.on('response', hear);
      stream.on('trailers', hear);
      stream.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (isOpen && framesOf(bytes).length > 0) answer();
      });
      stream.on('end', answer);
      stream.on('error', reject);
      session.on('error', reject);
      const head = Buffer.alloc(5);
      head.writeUInt32BE(request.length, 1);
      const frame = Buffer.concat([head, request]);
      if (isOpen) stream.write(frame);
      else stream.end(frame);
    });
  } finally {
    session.destroy();
  }
}

function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at + 1);
    if (at + 5 + size > bytes.length) break;
    frames.push(bytes.subarray(at + 5, at + 5 + size));
    at += 5 + size;
  }
  return frames;
}

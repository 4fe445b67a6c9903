import {
  headers,
  MessageServiceDefinition,
  type OutgoingMessage,
  SealingServiceDefinition,
} from '@trunkline/contracts';
import {
  asTrunklineError,
  type Descriptors,
  type Directory,
  everyTenant,
  invalidArgument,
  type JsonCodec,
  jsonCodecOf,
  type RpcClient,
  type RpcClients,
  type Runtime,
  type Tracing,
  TrunklineError,
} from '@trunkline/runtime';

/** What becomes of one message of a portal's call. */
type Answer =
  | { readonly id: string; readonly messageId: string; readonly isRepeat: boolean }
  | {
      readonly id: string;
      readonly error: { readonly code: string; readonly message: string; readonly remedy: string };
    };

/** What {@link portalMessages} wants. */
export interface PortalMessages {
  readonly clients: RpcClients;
  readonly directory: Directory;
  readonly descriptors: Descriptors;
  readonly tracing: Tracing;
}

const maxBodyBytes = 1024 * 1024;

/**
 * The sealed way back: POST /v1/portals/<id>/messages. Proved by the portal's licence key, not by an API key. Messages are
 * submitted one after the other, so that they keep their order; at the first that may be tried again the answer stops, and
 * the portal sends the rest anew.
 */
export function portalMessages(
  http: Runtime<unknown>['http'],
  { clients, directory, descriptors, tracing }: PortalMessages,
): void {
  const sealing = clients.of(SealingServiceDefinition, 'sealer');
  const messages = clients.of(MessageServiceDefinition, 'normalizer');
  const codec = jsonCodecOf(descriptors, MessageServiceDefinition, MessageServiceDefinition.methods.submit);
  http.post<{ Params: { portalId: string } }>(
    '/v1/portals/:portalId/messages',
    { bodyLimit: maxBodyBytes },
    async ({ params: { portalId }, headers: given, body }) => {
      const call = {
        portalId,
        webhookId: textOf(given[headers.webhookId]),
        webhookTimestamp: textOf(given[headers.webhookTimestamp]),
        webhookSignature: textOf(given[headers.webhookSignature]),
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      };
      const parent = textOf(given[headers.traceparent]);
      return await tracing.span('portal reply', { isRoot: true, kind: 'server', parent }, async ({ traceparent }) => {
        // Whose the portal is follows from its key: the sealer tells.
        const { events, tenantId: tenant } = await sealing.open(call, { tenant: everyTenant, traceparent });
        requireActive(directory, tenant);
        const answers: Answer[] = [];
        for (const { id, plaintext } of events) {
          const answer = await submit({ messages, codec, portalId, tenant, traceparent }, id, plaintext);
          // Nothing is stored yet: the answer itself says when to come again.
          if (answer instanceof TrunklineError && answers.length === 0) throw answer;
          if (answer instanceof TrunklineError) break;
          answers.push(answer);
        }
        return { messages: answers };
      });
    },
  );
}

/** A tenant that is off has no portals for anybody outside. */
function requireActive(directory: Directory, tenantId: string): void {
  if (!directory.isLoaded) throw new TrunklineError('unavailable', 'the directory is not loaded yet');
  if (directory.tenant(tenantId)?.isActive) return;
  const publicMessage = 'There is no such portal.';
  const remedy = 'Ask the operator of the platform whether the organization is switched off.';
  throw new TrunklineError('unauthenticated', publicMessage, { publicMessage, remedy });
}

interface Way {
  readonly messages: RpcClient<typeof MessageServiceDefinition>;
  readonly codec: JsonCodec;
  readonly portalId: string;
  readonly tenant: string;
  readonly traceparent: string | undefined;
}

/** What became of one message; the error, where it may be sent again. */
async function submit(way: Way, id: string, plaintext: Uint8Array): Promise<Answer | TrunklineError> {
  const { messages, codec, portalId, tenant, traceparent } = way;
  try {
    // Keys are unique in a tenant: two portals of one tenant may count alike.
    const request = { idempotencyKey: `${portalId}/${id}`, message: messageOf(plaintext, codec) };
    const { messageId, isRepeat } = await messages.submit(request, { tenant, traceparent });
    return { id, messageId, isRepeat };
  } catch (thrown) {
    const error = asTrunklineError(thrown);
    // Refused for good is only what is certain: after our own mistake the message is still the portal's.
    if (error.retry !== 'never' || !error.certain) return error;
    return { id, error: { code: error.code, message: error.publicMessage, remedy: error.remedy } };
  }
}

/** The message, read as strictly as a partner's request. */
function messageOf(plaintext: Uint8Array, codec: JsonCodec): OutgoingMessage | undefined {
  const message = jsonOf(plaintext);
  return (codec.read(JSON.stringify({ message })) as { readonly message?: OutgoingMessage }).message;
}

function jsonOf(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext));
  } catch {
    throw invalidArgument({ field: 'data', description: 'must seal an OutgoingMessage as JSON in UTF-8' });
  }
}

function textOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

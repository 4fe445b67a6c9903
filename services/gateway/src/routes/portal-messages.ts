import { headers, MessageServiceDefinition, OutgoingMessage, SealingServiceDefinition } from '@trunkline/contracts';
import {
  asTrunklineError,
  everyTenant,
  invalidArgument,
  type RpcClient,
  type RpcClients,
  type Runtime,
} from '@trunkline/runtime';

/** What becomes of one message of a portal's call. */
type Answer =
  | { readonly id: string; readonly messageId: string; readonly isRepeat: boolean }
  | { readonly id: string; readonly error: { readonly code: string; readonly message: string } };

type Messages = RpcClient<typeof MessageServiceDefinition>;

const maxBodyBytes = 1024 * 1024;

/**
 * The sealed way back: POST /v1/portals/<id>/messages. Proved by the portal's licence key, not by an API key. Messages are
 * submitted one after the other, so that they keep their order; at the first that may be tried again the answer stops, and
 * the portal sends the rest anew.
 */
export function portalMessages(http: Runtime<unknown>['http'], clients: RpcClients): void {
  const sealing = clients.of(SealingServiceDefinition, 'sealer');
  const messages = clients.of(MessageServiceDefinition, 'normalizer');
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
      // Whose the portal is follows from its key: the sealer tells.
      const opened = await sealing.open(call, { tenant: everyTenant });
      const answers: Answer[] = [];
      for (const { id, plaintext } of opened.events) {
        const answer = await submit(messages, { portalId, tenant: opened.tenantId, id, plaintext });
        if (answer === 'later') break;
        answers.push(answer);
      }
      return { messages: answers };
    },
  );
}

interface Order {
  readonly portalId: string;
  readonly tenant: string;
  readonly id: string;
  readonly plaintext: Uint8Array;
}

async function submit(messages: Messages, { portalId, tenant, id, plaintext }: Order): Promise<Answer | 'later'> {
  try {
    // Keys are unique in a tenant: two portals of one tenant may count alike.
    const request = { idempotencyKey: `${portalId}/${id}`, message: messageOf(plaintext) };
    const { messageId, isRepeat } = await messages.submit(request, { tenant });
    return { id, messageId, isRepeat };
  } catch (thrown) {
    const error = asTrunklineError(thrown);
    if (error.retry !== 'never') return 'later';
    return { id, error: { code: error.code, message: error.publicMessage } };
  }
}

function messageOf(plaintext: Uint8Array): OutgoingMessage {
  try {
    return OutgoingMessage.fromJSON(JSON.parse(Buffer.from(plaintext).toString()));
  } catch {
    throw invalidArgument({ field: 'data', description: 'must seal an OutgoingMessage as JSON' });
  }
}

function textOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

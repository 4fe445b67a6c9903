import { headers } from '@trunkline/contracts';
import { type Channel, createChannel, createClientFactory, Metadata, type TsProtoServiceDefinition } from 'nice-grpc';
import { deadlineMiddleware } from 'nice-grpc-client-middleware-deadline';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import type { InnerIdentity, RequestInput, ResponseOf, RpcDefinition, RpcMethod } from './definition.ts';
import { fromGrpcError } from './grpc-error.ts';
import { innerTokenHeader } from './inner-access.ts';
import { largestRpcMessageBytes } from './server.ts';

/** What one call may say beside its request. */
export interface RpcCallOptions {
  /** For whom: the caller's tenant, or `*`. Absent: the service speaks for itself. */
  readonly tenant?: string | undefined;
  /** W3C trace context. */
  readonly traceparent?: string | undefined;
  /** Longest wait for the answer, in milliseconds; 10,000 by default, for streams none. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** Client of a generated definition: one function a method. Rejects with TrunklineError only. */
export type RpcClient<Definition extends RpcDefinition> = {
  readonly [Name in keyof Definition['methods']]: ClientMethod<Definition['methods'][Name]>;
};

/** One method of a client. */
export type ClientMethod<Method extends RpcMethod> = Method['responseStream'] extends true
  ? (request: RequestInput<Method>, options?: RpcCallOptions) => AsyncIterable<ResponseOf<Method>>
  : (request: RequestInput<Method>, options?: RpcCallOptions) => Promise<ResponseOf<Method>>;

/** gRPC clients of other services; one channel a peer, opened at the first call. */
export interface RpcClients {
  /** Client of a service of another peer: `clients.of(SealingServiceDefinition, 'sealer')`. Does no input or output. */
  of<Definition extends RpcDefinition>(definition: Definition, peer: string): RpcClient<Definition>;
}

/** The same with its life, which the host holds. */
export interface OpenRpcClients extends RpcClients {
  close(): void;
}

/** What {@link createRpcClients} wants. */
export interface RpcClientsOptions {
  readonly identity: InnerIdentity;
  /** Address of a peer, `host:port`: asked at its first use. */
  readonly addressOf: (peer: string) => string;
}

const defaultDeadlineMs = 10_000;

/** Makes the clients of one service. */
export function createRpcClients(options: RpcClientsOptions): OpenRpcClients {
  const channels = new Map<string, Channel>();
  const factory = createClientFactory().use(errorDetailsClientMiddleware).use(deadlineMiddleware);
  const token = innerTokenHeader(options.identity);
  const channelOf = (peer: string): Channel => {
    const channel = channels.get(peer) ?? openChannel(options.addressOf(peer));
    channels.set(peer, channel);
    return channel;
  };
  return {
    of: (definition, peer) => {
      const calls = Object.entries(definition.methods).map(([key, method]) => {
        const open = () =>
          factory.create(definition as TsProtoServiceDefinition, channelOf(peer))[key] as unknown as AnyCall;
        return [key, method.responseStream ? streamingCall(open, token) : unaryCall(open, token)] as const;
      });
      return Object.fromEntries(calls) as RpcClient<typeof definition>;
    },
    close: () => {
      for (const channel of channels.values()) channel.close();
      channels.clear();
    },
  };
}

type AnyCall = (request: unknown, options: object) => Promise<unknown> & AsyncIterable<unknown>;

function unaryCall(open: () => AnyCall, token: string) {
  let call: AnyCall | undefined;
  return async (request: unknown, options: RpcCallOptions = {}): Promise<unknown> => {
    call ??= open();
    try {
      const deadline = options.deadlineMs ?? defaultDeadlineMs;
      return await call(request, { ...callOptions(options, token), deadline });
    } catch (error) {
      throw fromGrpcError(error);
    }
  };
}

function streamingCall(open: () => AnyCall, token: string) {
  let call: AnyCall | undefined;
  return async function* (request: unknown, options: RpcCallOptions = {}): AsyncIterable<unknown> {
    call ??= open();
    const { deadlineMs: deadline } = options;
    try {
      yield* call(request, { ...callOptions(options, token), ...(deadline === undefined ? {} : { deadline }) });
    } catch (error) {
      throw fromGrpcError(error);
    }
  };
}

function callOptions({ tenant, traceparent, signal }: RpcCallOptions, token: string) {
  const metadata = Metadata({ [headers.innerToken]: token });
  if (tenant !== undefined) metadata.set(headers.tenant, tenant);
  if (traceparent !== undefined) metadata.set(headers.traceparent, traceparent);
  return signal === undefined ? { metadata } : { metadata, signal };
}

/** Calls are spread over all addresses that the peer's name has. */
function openChannel(address: string): Channel {
  return createChannel(address, undefined, {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    'grpc.max_receive_message_length': largestRpcMessageBytes,
    'grpc.max_send_message_length': largestRpcMessageBytes,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 5_000,
    'grpc.min_reconnect_backoff_ms': 5_000,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
}

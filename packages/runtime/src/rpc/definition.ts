import type { Secret } from '../secret.ts';

/** A message of a generated definition. */
export interface MessageCodec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
  fromPartial(partial: never): Message;
}

/** A method of a generated definition. */
export interface RpcMethod {
  /** Name as on the wire: `Submit`. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: any message; what fits is inferred from the definition where it is used
  readonly requestType: MessageCodec<any>;
  readonly requestStream: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly responseType: MessageCodec<any>;
  readonly responseStream: boolean;
  readonly options: object;
}

/** A generated service definition of packages/contracts: `MessageServiceDefinition`. */
export interface RpcDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, RpcMethod>>;
}

type Whole<Codec> = Codec extends { decode(bytes: Uint8Array): infer Message } ? Message : never;
type Partial<Codec> = Codec extends { fromPartial(partial: infer Message): unknown } ? Message : never;

/** What a method is asked, as the server reads it. */
export type RequestOf<Method extends RpcMethod> = Whole<Method['requestType']>;
/** What a method answers, as the client reads it. */
export type ResponseOf<Method extends RpcMethod> = Whole<Method['responseType']>;
/** What a client may write: what is left out is empty. */
export type RequestInput<Method extends RpcMethod> = Partial<Method['requestType']>;
/** What a server may write: what is left out is empty. */
export type ResponseInput<Method extends RpcMethod> = Partial<Method['responseType']>;

/** Path of a method on the wire: `/trunkline.message.v1.MessageService/Submit`. Pure. */
export function pathOf(definition: RpcDefinition, method: RpcMethod): string {
  return `/${definition.fullName}/${method.name}`;
}

/** Name of a method for logs, metrics and spans: `MessageService/Submit`. Pure. */
export function shortNameOf(definition: RpcDefinition, method: RpcMethod): `${string}/${string}` {
  return `${definition.name}/${method.name}`;
}

/** Who a service is to the others. */
export interface InnerIdentity {
  readonly service: string;
  readonly token: Secret;
}

/** What every event of a batch carries outside its seal. Signed with the request; `sequence`, `id` and `chain` are proven by the chain too. */
export interface Attributes {
  readonly id: string;
  /** `trunkline/<tenant>/<portal>` */
  readonly source: string;
  readonly type: string;
  /** The conversation. */
  readonly subject: string | undefined;
  /** RFC 3339, UTC. */
  readonly time: string | undefined;
  /** 20 digits, gapless in a portal. */
  readonly sequence: string;
  /** 64 hex characters. */
  readonly chain: string;
  readonly traceparent: string | undefined;
  /** Set on events that somebody asked to have sent again: the number of that replay. */
  readonly replay: number | undefined;
}

/** An event whose content is sealed. */
export interface SealedEvent extends Attributes {
  readonly sealed: string;
}

/** Says that a range of events will not come: it takes the sequence, and carries the chain, of the last of them. */
export interface Notice extends Attributes {
  readonly notice: {
    /** `expired`, `parked`; a receiver treats a word that it does not know in the same way. */
    readonly kind: string;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  };
}

/** Thrown by `parseBatch`: the body is no CloudEvents batch of this protocol. The message names the place, never the content. */
export class MalformedBatch extends Error {
  override readonly name = 'MalformedBatch';
}

const sequenceForm = /^(?!0{20}$)\d{20}$/;
const chainForm = /^[0-9a-f]{64}$/;
const noticeForm = /^trunkline\.events\.([a-z_]{1,32})\.v1$/;

function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 1024) {
    throw new MalformedBatch(`${place} must be a text of 1 to 1024 characters`);
  }
  return value;
}

function optionalTextOf(value: unknown, place: string): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value, place);
}

function formedTextOf(value: unknown, form: RegExp, place: string): string {
  const text = textOf(value, place);
  if (!form.test(text)) throw new MalformedBatch(`${place} must match ${form.source}`);
  return text;
}

function replayOf(value: unknown, place: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value) || Number(value) < 1)
    throw new MalformedBatch(`${place} must be a whole number from 1`);
  return Number(value);
}

function objectOf(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedBatch(`${place} must be an object`);
  }
  return { ...value };
}

function noticeOf(attributes: Attributes, data: unknown, place: string): Notice {
  const kind = noticeForm.exec(attributes.type)?.[1];
  if (kind === undefined) throw new MalformedBatch(`${place} is neither sealed nor a notice`);
  const fields = objectOf(data, `${place}.data`);
  const from = formedTextOf(fields.from, sequenceForm, `${place}.data.from`);
  const to = formedTextOf(fields.to, sequenceForm, `${place}.data.to`);
  if (from > to || to !== attributes.sequence) throw new MalformedBatch(`${place}.data must end at its own sequence`);
  if (attributes.replay !== undefined) throw new MalformedBatch(`${place} is a notice and cannot be a replay`);
  return { ...attributes, notice: { kind, from, to, reason: textOf(fields.reason, `${place}.data.reason`) } };
}

function eventOf(value: unknown, index: number): SealedEvent | Notice {
  const place = `[${index}]`;
  const fields = objectOf(value, place);
  if (fields.specversion !== '1.0') throw new MalformedBatch(`${place}.specversion must be 1.0`);
  const attributes: Attributes = {
    id: textOf(fields.id, `${place}.id`),
    source: textOf(fields.source, `${place}.source`),
    type: textOf(fields.type, `${place}.type`),
    subject: optionalTextOf(fields.subject, `${place}.subject`),
    time: optionalTextOf(fields.time, `${place}.time`),
    sequence: formedTextOf(fields.sequence, sequenceForm, `${place}.sequence`),
    chain: formedTextOf(fields.chain, chainForm, `${place}.chain`),
    traceparent: optionalTextOf(fields.traceparent, `${place}.traceparent`),
    replay: replayOf(fields.replay, `${place}.replay`),
  };
  if (fields.datacontenttype !== 'application/jose') return noticeOf(attributes, fields.data, place);
  if (typeof fields.data !== 'string') throw new MalformedBatch(`${place}.data must be a compact JWE`);
  return { ...attributes, sealed: fields.data };
}

/** Reads a CloudEvents 1.0 JSON batch. Opens nothing and judges no order. Throws `MalformedBatch`. */
export function parseBatch(body: Uint8Array): (SealedEvent | Notice)[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw Object.assign(new MalformedBatch('the body is no JSON in UTF-8'), { cause });
  }
  if (!Array.isArray(parsed)) throw new MalformedBatch('the body is no JSON array of events');
  return parsed.map(eventOf);
}

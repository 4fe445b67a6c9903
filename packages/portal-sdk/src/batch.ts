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
  /** Only of a parallel portal: index and number of the strands, as `3/4`. Order is kept inside a strand. */
  readonly strand: string | undefined;
  /** Sequences that must have been taken before: in a strand the one before; of the first after a change the last of each former strand. */
  readonly previous: readonly string[] | undefined;
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
    /** Of a strand: how many of the range are its own. Of the others it says nothing. */
    readonly count: number | undefined;
    readonly reason: string;
  };
}

/** Thrown by `parseBatch`: the body is no CloudEvents batch of this protocol. The message names the place, never the content. */
export class MalformedBatch extends Error {
  override readonly name = 'MalformedBatch';
}

const sequenceForm = /^(?!0{20}$)\d{20}$/;
const strandForm = /^(\d|1[0-5])\/([2-9]|1[0-6])$/;
const previousForm = /^\d{20}( \d{20}){0,15}$/;
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

function wholeNumberOf(value: unknown, place: string): number | undefined {
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
  const count = wholeNumberOf(fields.count, `${place}.data.count`);
  return { ...attributes, notice: { kind, from, to, count, reason: textOf(fields.reason, `${place}.data.reason`) } };
}

/** Where it stands among those of its strand. */
function strandOf(fields: Record<string, unknown>, place: string): Pick<Attributes, 'strand' | 'previous'> {
  const [given, before] = [fields.strand ?? undefined, fields.previous ?? undefined];
  const strand = given === undefined ? undefined : formedTextOf(given, strandForm, `${place}.strand`);
  const previous =
    before === undefined ? undefined : formedTextOf(before, previousForm, `${place}.previous`).split(' ');
  const [index, count] = (strand ?? '0/1').split('/').map(Number);
  if (Number(index) >= Number(count)) throw new MalformedBatch(`${place}.strand must be below its number`);
  if (strand !== undefined && previous === undefined) throw new MalformedBatch(`${place} has a strand and no previous`);
  return { strand, previous };
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
    replay: wholeNumberOf(fields.replay, `${place}.replay`),
    ...strandOf(fields, place),
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

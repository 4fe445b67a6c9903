import { z } from 'zod';
import type { Person } from './account.ts';
import { contents, envelope, type MessageType, type ViberButton } from './message-schema.ts';
import { type Fields, ViberRefusal } from './types.ts';

/** A message that is in order by itself. */
export interface ReadMessage {
  readonly type: MessageType;
  readonly fields: Fields;
  readonly trackingData: string | undefined;
  readonly keyboard: readonly ViberButton[];
  readonly minApiVersion: number;
}

/** Reads a message as strictly as the platform. A welcome may have no sender: it is the answer to a call. Throws ViberRefusal. */
export function readMessage(given: Fields, { isWelcome = false } = {}): ReadMessage {
  const fields = withoutNothing(given);
  const type = fields.type;
  if (type === undefined) throw new ViberRefusal('missingData', 'type is missing');
  if (typeof type !== 'string' || !Object.hasOwn(contents, type))
    throw new ViberRefusal('badData', `type ${type} is unknown`);
  const known = type as MessageType;
  const sender = isWelcome ? { sender: envelope.sender.optional() } : {};
  const result = z.strictObject({ ...envelope, ...sender, ...contents[known] }).safeParse(fields);
  if (!result.success) throw refusalOf(result.error.issues[0]);
  const {
    tracking_data: trackingData,
    keyboard,
    min_api_version: minApiVersion = 1,
  } = result.data as {
    tracking_data?: string;
    keyboard?: { Buttons: ViberButton[] };
    min_api_version?: number;
  };
  if (known === 'rich_media' && minApiVersion < 2)
    throw new ViberRefusal('badData', 'rich_media needs min_api_version 2');
  const buttons = keyboard?.Buttons ?? [];
  const asks = buttons.some(({ ActionType: action }) => action === 'share-phone' || action === 'location-picker');
  if (asks && minApiVersion < 3)
    throw new ViberRefusal('badData', 'keyboard is not valid: that action needs min_api_version 3');
  return { type: known, fields, trackingData, keyboard: buttons, minApiVersion };
}

/** Whether a person's client can show it. Throws ViberRefusal. */
export function checkClient(person: Person, { minApiVersion }: ReadMessage): void {
  if (minApiVersion > person.apiVersion) throw new ViberRefusal('apiVersionNotSupported');
}

/** A field without a value is no field, however deep it stands. */
function withoutNothing<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNothing) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(present.map(([name, inner]) => [name, withoutNothing(inner)])) as Value;
}

function refusalOf(issue: z.core.$ZodIssue | undefined): ViberRefusal {
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys')
    return new ViberRefusal('badData', `${path} has unknown properties ${issue.keys}`);
  const isMissing = issue?.code === 'invalid_type' && /undefined/.test(issue.message);
  return isMissing
    ? new ViberRefusal('missingData', `${path} is missing`)
    : new ViberRefusal('badData', `${path} ${issue?.message}`);
}

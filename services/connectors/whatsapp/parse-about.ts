import type { ChannelRef } from '@trunkline/adapter-kit';
import { aboutSchema } from './types.ts';

/** The id of the number that a change names; undefined where it names none by its id. Pure. */
export function numberOf(change: unknown): string | undefined {
  const { metadata, entity_type: type, entity_id: id } = aboutOf(change);
  return metadata?.phone_number_id ?? (type === 'PHONE_NUMBER' ? id : undefined);
}

/**
 * What is about another number is not even read; what is about none is about the account, and with it about all. News name a
 * number as people dial it: it stands at the end of the account's name, where that is known. Pure.
 */
export function isAbout(
  change: unknown,
  { accountId, accountName = '' }: Pick<ChannelRef, 'accountId' | 'accountName'>,
): boolean {
  const id = numberOf(change);
  if (id !== undefined) return id === accountId;
  const [named, own] = [dialledOf(change), digitsOf(accountName)];
  return named === '' || own === '' || own.endsWith(named);
}

/** A change names a number as people dial it, and by no id. Pure. */
export function isDialled(change: unknown): boolean {
  return numberOf(change) === undefined && dialledOf(change) !== '';
}

function dialledOf(change: unknown): string {
  const { display_phone_number: shown, phone_number: phone = shown } = aboutOf(change);
  return digitsOf(phone ?? '');
}

function aboutOf(change: unknown) {
  return aboutSchema.safeParse(change).data?.value ?? {};
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

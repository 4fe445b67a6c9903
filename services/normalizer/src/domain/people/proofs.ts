import type { ChannelEvent, Party } from '@trunkline/contracts';

/** A value that proves who somebody is: the same value in the same tenant is the same person. */
export interface Proof {
  readonly kind: 'phone' | 'email' | 'user_id';
  readonly value: string;
}

/**
 * What an event proves about its sender. A signed user id proves itself alone: what else the site tells about the person
 * was only typed by somebody. A card counts only where the platform proves that it is the sender's own. Pure.
 */
export function proofsOf(sender: Party, event: ChannelEvent['event']): Proof[] {
  const ofParty = sender.isVerified ? partyProofs(sender.alternativeIds) : [];
  const phones = ownPhones(event).map((value): Proof => ({ kind: 'phone', value }));
  return [...ofParty, ...phones].filter(({ value }) => value !== '');
}

/** Phones of the sender's own card, in E.164. Pure. */
export function ownPhones(event: ChannelEvent['event']): string[] {
  const kind = event?.$case === 'message' ? event.value.content?.kind : undefined;
  const cards = kind?.$case === 'contactCards' ? kind.value.cards : [];
  return cards.flatMap((card) => (card.isSelf ? card.phones.map(phoneOf) : [])).filter((phone) => phone !== '');
}

/** A phone as one text for all ways of writing it; empty when it is none. Messengers tell phones with country code. Pure. */
export function phoneOf(text: string): string {
  const digits = text.replaceAll(/\D/g, '');
  return digits.length >= 5 && digits.length <= 15 ? `+${digits}` : '';
}

function partyProofs(named: Readonly<Record<string, string>>): Proof[] {
  if (named.user_id) return [{ kind: 'user_id', value: named.user_id }];
  const phone: Proof = { kind: 'phone', value: phoneOf(named.phone ?? '') };
  const email: Proof = { kind: 'email', value: (named.email ?? '').trim().toLowerCase() };
  return [phone, email];
}

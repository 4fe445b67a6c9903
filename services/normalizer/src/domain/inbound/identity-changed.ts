import { type IdentityChanged, ids, Party } from '@trunkline/contracts';
import { valuesOf } from '../people/identity.ts';
import { joinContacts } from '../people/join.ts';
import type { Effect, Placed } from './effect.ts';

/** The person's own ids changed: a new phone or name, or two identities that the platform made one. */
export function identityChanged({ turn, channel, identity }: Placed, { kind, from, to }: IdentityChanged): Effect {
  if (kind === 'merged') {
    const former = turn.draft.get('identities', ids.identity(channel.id, from));
    const stayed = turn.draft.get('identities', ids.identity(channel.id, to));
    if (former !== undefined && stayed !== undefined && former.contactId !== stayed.contactId) {
      joinContacts(turn, stayed.contactId, former.contactId, 'platform');
    }
    return {};
  }
  if (identity !== undefined) {
    const current = turn.draft.get('identities', identity._id) ?? identity;
    const known = Party.decode(current.party);
    const party = { ...known, alternativeIds: { ...known.alternativeIds, [kind]: to } };
    turn.draft.put('identities', { ...current, party: Party.encode(party).finish(), values: valuesOf(party) });
  }
  return {};
}

import type { ListUndeliveredRequest, ReplayRequest, TimeRange } from '@trunkline/contracts';
import { invalidArgument, requireField, requireText } from '@trunkline/runtime';
import type { Selection, UndeliveredKind } from '../domain/selection.ts';

const mostEvents = 1_000;
const kinds: readonly UndeliveredKind[] = ['expired', 'parked', 'withheld', 'skipped'];

/** What a list is of. Throws `invalid_argument`. */
export function listed({ kind, conversationId, timeRange }: ListUndeliveredRequest): Selection {
  const conversation = conversationId === '' ? {} : { conversationId: requireText('conversation_id', conversationId) };
  return { ...kindOf(kind), ...conversation, ...(timeRange === undefined ? {} : timesOf(timeRange)) };
}

/** What is to be sent again. Throws `invalid_argument`. */
export function selected({ selection, kind }: ReplayRequest): Selection {
  switch (selection?.$case) {
    case 'events':
      return { ...kindOf(kind), eventIds: idsOf(selection.value.ids) };
    case 'conversationId':
      return { ...kindOf(kind), conversationId: requireText('conversation_id', selection.value) };
    case 'timeRange':
      return { ...kindOf(kind), ...timesOf(selection.value) };
    case undefined: {
      const description = 'Say what is to be sent again: events, conversation_id or time_range.';
      throw invalidArgument({ field: 'selection', description });
    }
  }
}

function idsOf(ids: readonly string[]): string[] {
  if (ids.length === 0 || ids.length > mostEvents) {
    throw invalidArgument({ field: 'events.ids', description: `must be 1 to ${mostEvents} ids` });
  }
  // The same ids in another order, or one of them twice, are the same request.
  return [...new Set(ids.map((id) => requireText('events.ids', id)))].toSorted();
}

function timesOf({ from, to }: TimeRange): Pick<Selection, 'from' | 'to'> {
  const begin = requireField('time_range.from', from);
  if (to === undefined) return { from: begin };
  if (to <= begin) throw invalidArgument({ field: 'time_range.to', description: 'must be after time_range.from' });
  return { from: begin, to };
}

function kindOf(kind: string): Pick<Selection, 'kind'> {
  if (kind === '') return {};
  const known = kinds.find((each) => each === kind);
  if (known === undefined) throw invalidArgument({ field: 'kind', description: `must be ${kinds.join(' or ')}` });
  return { kind: known };
}

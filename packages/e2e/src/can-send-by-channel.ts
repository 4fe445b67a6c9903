import { type Capabilities, ConversationKind, ConversationRef, LengthUnit } from '@trunkline/contracts';
import { canSend, type SendVerdict } from '../../../services/normalizer/src/domain/outbound/can-send.ts';
import type { ConversationDocument } from '../../../services/normalizer/src/domain/state/documents.ts';
import { channel } from '../../../services/normalizer/src/testing/build.ts';

const hourMs = 60 * 60_000;
const nowMs = Date.UTC(2026, 6, 1);

/** When a person wrote last, in hours before now; undefined: never. */
const moments: Readonly<Record<string, number | undefined>> = {
  'never wrote': undefined,
  'wrote just now': 0,
  'after 25 hours': 25,
  'after 3 days': 3 * 24,
  'after 8 days': 8 * 24,
};

const units: Readonly<Record<number, string>> = {
  [LengthUnit.LENGTH_UNIT_UTF16]: 'UTF-16',
  [LengthUnit.LENGTH_UNIT_BYTES]: 'bytes',
  [LengthUnit.LENGTH_UNIT_CODE_POINTS]: 'code points',
};

/** What CanSend answers for a row of the table, in the table's words; undefined for a row that nobody knows. */
export function mayWrite(row: string, capabilities: Capabilities): string | undefined {
  if (row in moments) return waysOf(askAt(moments[row], capabilities));
  switch (row) {
    case 'blocked us':
      return waysOf(askAt(0, capabilities, true));
    case 'longest text':
      return capabilities.textMax === 0
        ? 'any'
        : `${capabilities.textMax} ${units[capabilities.textUnit] ?? ''}`.trim();
    case 'kinds of content':
      return String(Object.keys(capabilities.content).length);
    case 'a second':
      return rounded(capabilities.ratePerSecond);
    case 'a second to one':
      return rounded(capabilities.conversationRatePerSecond);
    default:
      return undefined;
  }
}

/** The question as a sender asks it, of a private conversation. */
export function askAt(hoursAgo: number | undefined, capabilities: Capabilities, isBlocked = false): SendVerdict {
  const conversation: ConversationDocument = {
    ...{ _id: 'c1', tenantId: 't1', channelId: 'ch1', number: 2, createdAtMs: 0, isBlocked },
    ...(hoursAgo === undefined ? {} : { lastInboundAtMs: nowMs - hoursAgo * hourMs }),
    ref: ConversationRef.create({ platformId: '7', kind: ConversationKind.CONVERSATION_KIND_PRIVATE }),
    counts: { accepted: 1, normalized: 1, repeated: 0, parked: 0, held: 0 },
  };
  return canSend({ conversation, channel, capabilities, nowMs });
}

function waysOf({ isFreeTextAllowed, isTemplateAllowed, tags }: SendVerdict): string {
  const ways = [isFreeTextAllowed ? 'free' : '', isTemplateAllowed ? 'template' : '', tags.length > 0 ? 'tag' : ''];
  return ways.filter((way) => way !== '').join('+') || 'no';
}

function rounded(perSecond: number): string {
  return perSecond === 0 ? 'any' : String(Number(perSecond.toFixed(2)));
}

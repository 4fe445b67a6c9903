import type { PanelQuery } from '../load/prometheus.ts';

const onlyThen =
  'its series is there from the first time that it happens, and in a storm that is green it does not happen';
const onlyMissing = 'it asks for what is not there any more: with everybody up there is nothing';

/** Alerts whose series need not be there while all is well, and why. */
const mayBeSilent: Readonly<Record<string, string>> = {
  TrunklineServiceDown: onlyMissing,
  TrunklineChannelImbalance: onlyThen,
  TrunklinePortalImbalance: onlyThen,
  TrunklineLaneStopped: onlyThen,
  TrunklineEventsParked: onlyThen,
  TrunklineNotSealed: onlyThen,
  TrunklineAuditUnreadable: onlyThen,
  TrunklineHookCallsForged: onlyThen,
  TrunklineSendsFailing: onlyThen,
  TrunklineSendsUnknown: onlyThen,
};

/** Of alerts whose expression gives nothing, even without its threshold, those that could never fire. Pure. */
export function blind(empty: readonly PanelQuery[]): readonly PanelQuery[] {
  return empty.filter(({ title }) => mayBeSilent[title] === undefined);
}

/** In words. Pure. */
export function told({ title, expr }: PanelQuery): string {
  return `${title} sees nothing: ${expr}`;
}

import { divideEntries, readJson, type SharedHook } from '@trunkline/adapter-kit';
import { isAbout, isDialled, numberOf } from './parse-about.ts';
import * as shapes from './types.ts';

/** Numbers share the address of their account: each gets what is about it, and what is about the account. */
export const divide: SharedHook['divide'] = (call) => {
  let hasDialled = false;
  const bodyOf = divideEntries(call, (entry) => {
    const read = shapes.entrySchema.safeParse(entry).data;
    if (read === undefined) return { named: new Set(), shareOf: () => entry };
    const numbers = read.changes.map(numberOf);
    hasDialled ||= read.changes.some(isDialled);
    return {
      named: new Set(numbers.filter((number) => number !== undefined)),
      shareOf: (asked) => {
        const changes = read.changes.filter((_change, place) => (numbers[place] ?? asked) === asked);
        if (changes.length === read.changes.length) return entry;
        return changes.length === 0 ? undefined : { ...read, changes };
      },
    };
  });
  return (accountId, accountName = '') => {
    const body = bodyOf(accountId);
    return body === undefined || !hasDialled ? body : withoutOthers(body, { accountId, accountName });
  };
};

/** News name a number as people dial it: what they say of others is none of this channel's business. */
function withoutOthers(
  body: Uint8Array,
  account: { readonly accountId: string; readonly accountName: string },
): Uint8Array | undefined {
  const call = shapes.updateSchema.loose().parse(readJson(body));
  let isWhole = true;
  const entry = call.entry.flatMap((each) => {
    const read = shapes.entrySchema.safeParse(each).data;
    const changes = read?.changes.filter((change) => isAbout(change, account));
    if (read === undefined || changes?.length === read.changes.length) return [each];
    isWhole = false;
    return changes?.length === 0 ? [] : [{ ...read, changes }];
  });
  if (isWhole) return body;
  return entry.length === 0 ? undefined : Buffer.from(JSON.stringify({ ...call, entry }));
}

import { Capabilities, Initiation, LengthUnit } from '@trunkline/contracts';

/** What __Title__ carries. What is not listed is adapted before it comes here, or refused with a reason. */
export const capabilities = Capabilities.create({
  textMax: 4_000,
  textUnit: LengthUnit.LENGTH_UNIT_UTF16,
  content: { text: {} },
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 20,
  conversationRatePerSecond: 1,
  isSendIdempotent: false,
});

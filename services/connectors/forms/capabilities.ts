import { Capabilities, Initiation } from '@trunkline/contracts';

/** A form has no way back: whoever sent it is called, or written to elsewhere. Every order is refused before it is one. */
export const capabilities = Capabilities.fromPartial({
  isOneWay: true,
  initiation: Initiation.INITIATION_CONTACT,
  ratePerSecond: 1,
  conversationRatePerSecond: 1,
});

/**
 * Something is missing on this machine that only its owner can provide. The message is one sentence for a person:
 * what is missing, and what to do about it. Thrown by everything that provides servers; printed without a stack.
 */
export class Problem extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'Problem';
  }
}

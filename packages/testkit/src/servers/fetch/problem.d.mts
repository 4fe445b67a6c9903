/** Something is missing on this machine that only its owner can provide; the message is one sentence with the remedy. */
export declare class Problem extends Error {
  constructor(message: string, options?: ErrorOptions);
}

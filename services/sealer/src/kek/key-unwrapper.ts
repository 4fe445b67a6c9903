/** Opens a key that somebody else has wrapped: a KMS. */
export interface KeyUnwrapper {
  /**
   * The key's bytes. Rejects with TrunklineError: `unavailable` when it may answer later, `failed_precondition` with a sentence
   * for whoever set it up when it never will.
   */
  unwrap(wrapped: string, signal: AbortSignal): Promise<Uint8Array>;
}

const duplicateKeyCode = 11_000;

/** True if a write was refused because a unique index has the value already. Pure. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === duplicateKeyCode;
}

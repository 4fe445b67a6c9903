/** What is read of a licence key. */
export interface SeenKey {
  readonly kid: string;
  /** `PORTAL_KEY_STATE_VALID`, … */
  readonly state: string;
  readonly createdAt?: string;
  readonly revokedAt?: string;
  readonly deletedAt?: string;
  /** Why the sealer cannot use it, in words. */
  readonly damage?: string;
}

/** The answer of RotatePortalKey. */
export interface MadeKey {
  readonly licenceKey: string;
  readonly kid: string;
  readonly keys: readonly SeenKey[];
}

/** One line a key, newest first. Pure. */
export function keyLines(keys: readonly SeenKey[]): string[] {
  if (keys.length === 0) return ['The portal has no licence keys. npm run portal -- rotate <portal> makes one.'];
  return keys.map(({ kid, state, createdAt, revokedAt, deletedAt, damage }) => {
    const word = state.replace('PORTAL_KEY_STATE_', '').toLowerCase();
    const ended = deletedAt ?? revokedAt;
    return `${kid}  ${word.padEnd(8)} made ${createdAt ?? ''}${ended === undefined ? '' : `, ${word} ${ended}`}${damage ? `; it cannot be used: ${damage}` : ''}`;
  });
}

/** Lines about a key that was just made. Pure. */
export function madeKeyLines({ licenceKey, kid, keys }: MadeKey): string[] {
  const former = keys.find((key) => key.kid !== kid && key.state === 'PORTAL_KEY_STATE_VALID');
  return [
    `licence key  ${licenceKey}`,
    `kid          ${kid}`,
    '',
    'The key is shown this once. Add it to the receiver beside the former one: requests are signed by both.',
    ...(former === undefined ? [] : [`Then end the former: npm run portal -- revoke <portal> ${former.kid}`]),
  ];
}

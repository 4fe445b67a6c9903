/** What can be done with a licence key, or to it. */
export type KeyUseName =
  | 'sealed'
  | 'resealed'
  | 'opened'
  | 'made'
  | 'shown'
  | 'revoked'
  | 'deleted'
  | 'signing_keys_given';

/** Uses of one key. */
export interface KeyUse {
  readonly use: KeyUseName;
  readonly portalId: string;
  readonly tenantId: string;
  readonly kid: string;
  /** How often. */
  readonly count: number;
}

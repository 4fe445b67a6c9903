import { callTroubles, fileTroubles, hookTroubles, proofTroubles } from '@trunkline/testkit/simulator';

/** Fields of the platform, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. */
export const botTroubles = {
  ...callTroubles,
  ...fileTroubles,
  ...hookTroubles,
  ...proofTroubles,
  token_refused: 'The sign-in service gives no token',
} as const;

/** A refusal of the connector service, in its form. Thrown by methods, answered by the server. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, message: string = code, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An activity, in either direction. */
export interface Activity extends Fields {
  readonly type: string;
  readonly id?: string;
}

/** What a channel can do, as far as the simulator minds. */
export interface ChannelRules {
  readonly canChange: boolean;
  readonly textMax: number;
  /** Only Teams calls again what was not taken. */
  readonly repeats: boolean;
}

const usual: ChannelRules = { canChange: false, textMax: 100_000, repeats: false };

/** Channels by their ids on the wire; the last ones are history. */
export const channels: Readonly<Record<string, ChannelRules>> = {
  msteams: { ...usual, canChange: true, repeats: true },
  slack: { ...usual, canChange: true },
  email: usual,
  sms: { ...usual, textMax: 1_600 },
  groupme: { ...usual, textMax: 1_000 },
  facebook: usual,
  telegram: usual,
  line: usual,
  webchat: usual,
  directline: usual,
  emulator: usual,
  skype: { ...usual, canChange: true },
  kik: usual,
};

export const limits = {
  /** Text and cards of one activity. */
  activityBytes: 100 * 1_024,
  dataUriBytes: 256 * 1_024,
  uploadBytes: 20 * 1_024 * 1_024,
  /** Of one conversation in Teams: so many in so many milliseconds. */
  teams: [
    { most: 7, inMs: 1_000 },
    { most: 8, inMs: 2_000 },
    { most: 60, inMs: 30_000 },
    { most: 1_800, inMs: 60 * 60_000 },
  ],
  tokenSeconds: 3_599,
};

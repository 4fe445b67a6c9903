import { callTroubles, fileTroubles, hookTroubles } from '@trunkline/testkit/simulator';

/** Fields of the platform, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. Calls of the hook carry no proof here. */
export const yandexTroubles = {
  ...callTroubles,
  ...fileTroubles,
  ...hookTroubles,
  batched: 'Hook: the next three updates come in one call',
} as const;

/** A refusal in the platform's form. Thrown by methods, answered by the server. */
export class BotError extends Error {
  override readonly name = 'BotError';
  readonly status: number;

  constructor(status: number, description: string) {
    super(description);
    this.status = status;
  }
}

/** One update, without its number. */
export type NewUpdate = Fields;

export const limits = {
  text: 6_000,
  gallery: 10,
  fetched: 1_000,
  fileBytes: 50 * 1_024 * 1_024,
};

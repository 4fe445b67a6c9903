import type { Fields } from './types.ts';

/** A refusal in the platform's form. Thrown by methods, answered by the server. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  readonly parameters: Fields | undefined;

  constructor(status: number, description: string, parameters?: Fields) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }
}

/** 400, with the platform's usual beginning. */
export function badRequest(words: string, parameters?: Fields): ApiFailure {
  return new ApiFailure(400, `Bad Request: ${words}`, parameters);
}

/** 403, with the platform's usual beginning. */
export function forbidden(words: string): ApiFailure {
  return new ApiFailure(403, `Forbidden: ${words}`);
}

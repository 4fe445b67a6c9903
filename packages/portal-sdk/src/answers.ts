/** What `handle` answers; write it to the response as it is. */
export interface PortalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Thrown by a handler for an event that it will never take (unknown customer, forbidden content): the event is parked at once, and a notice follows. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

/** Thrown by a handler that cannot take the event now: everything from this event on is sent again, not before so many seconds. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly seconds: number;

  constructor(seconds: number, message = 'not now') {
    super(message);
    this.seconds = seconds;
  }
}

/** An answer with a JSON body. */
export function answer(status: number, body: object, headers: Record<string, string> = {}): PortalAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

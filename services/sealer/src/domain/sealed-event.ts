/** What is sealed in a CloudEvent that this service made: its compact JWE. Undefined when there is none. Never throws. */
export function sealedIn(cloudEvent: Uint8Array): string | undefined {
  const data = fieldsOf(cloudEvent)?.data;
  return typeof data === 'string' ? data : undefined;
}

/** The same CloudEvent, its content sealed anew. Throws when it is no CloudEvent. */
export function withSealed(cloudEvent: Uint8Array, sealed: string): Buffer {
  const fields = fieldsOf(cloudEvent);
  if (fields === undefined) throw new Error('the event is no CloudEvent');
  return Buffer.from(JSON.stringify({ ...fields, data: sealed }));
}

function fieldsOf(cloudEvent: Uint8Array): Partial<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cloudEvent).toString());
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

import { type SpanContext, TraceFlags } from '@opentelemetry/api';

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/**
 * Reads a W3C trace context; undefined when it is absent, broken or not sampled: an unsampled context is not handed on
 * anywhere, so that nobody pays for it. Pure.
 */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const parts = text === undefined || text.length > 512 ? null : pattern.exec(text);
  if (parts === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '00'] = parts;
  const traceFlags = Number.parseInt(flags, 16);
  const isBroken = version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId);
  if (isBroken || (traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** Writes a W3C trace context; undefined when it is not sampled. Pure. */
export function formatTraceparent(from: SpanContext): string | undefined {
  const isSampled = (from.traceFlags & TraceFlags.SAMPLED) !== 0;
  return isSampled ? `00-${from.traceId}-${from.spanId}-01` : undefined;
}

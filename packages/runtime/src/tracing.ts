import {
  type AttributeValue,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AttributeName, SpanName } from '@trunkline/contracts';
import { asTrunklineError } from './errors.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

/** What is told of a span, by the names that the contracts declare. */
export type SpanAttributes = Partial<Readonly<Record<AttributeName, AttributeValue>>>;

/** How a span begins. */
export interface SpanOptions {
  /** W3C trace context of what caused it; empty or absent: nothing that is traced did. */
  readonly parent?: string | undefined;
  /** W3C trace contexts of the items of a batch; without a parent the first one is taken for it. */
  readonly links?: readonly string[];
  /** True at a door: without a parent a new trace begins here, if the sampling says so. */
  readonly isRoot?: boolean;
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
}

/** A span while it is open. */
export interface OpenSpan {
  /** What to hand on; undefined where nothing is sampled, so that nobody pays for it. */
  readonly traceparent: string | undefined;
  setAttributes(attributes: SpanAttributes): void;
}

/**
 * Traces of one service instance, with its own provider: several services in one process keep their own names, nothing is
 * global. Spans are made by hand, one a stage or call; names have no ids in them.
 */
export interface Tracing {
  /** Runs something inside a span; the span ends with it and carries its error. Costs next to nothing when not sampled. */
  span<T>(name: SpanName, options: SpanOptions, run: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** Sends what is waiting and ends. */
  close(): Promise<void>;
}

/** What {@link createTracing} wants. */
export interface TracingOptions {
  readonly service: string;
  readonly instance: string;
  /** Part of the traces that are sampled at the doors, 0 to 1. */
  readonly ratio: number;
  /** Address of an OpenTelemetry collector (`http://host:4318`); without one spans are sent nowhere, and their ids still join. */
  readonly endpoint?: string | undefined;
  /** Instead of the collector, in tests. */
  readonly exporter?: SpanExporter;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** Makes the tracing of one service instance. */
export function createTracing(options: TracingOptions): Tracing {
  const exporter = options.exporter ?? exporterTo(options.endpoint);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.service, 'service.instance.id': options.instance }),
    // What is not sampled never comes so far.
    sampler: new AlwaysOnSampler(),
    spanProcessors: exporter === undefined ? [] : [batches(exporter)],
  });
  const tracer = provider.getTracer('trunkline');
  return {
    span: async (name, wanted, run) => {
      const links = (wanted.links ?? []).map(parseTraceparent).filter((link) => link !== undefined);
      const parent = parseTraceparent(wanted.parent) ?? links[0];
      // Decided here, before anything is made for a span: at a door that is 99 of 100 calls.
      const begins = wanted.isRoot === true && Math.random() < options.ratio;
      if (parent === undefined && !begins) return await run(nothing);
      const from = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const span = tracer.startSpan(
        name,
        {
          kind: kinds[wanted.kind ?? 'internal'],
          attributes: wanted.attributes ?? {},
          links: links.map((link): Link => ({ context: link })),
        },
        from,
      );
      return await inside(span, run);
    },
    close: () => provider.shutdown(),
  };
}

async function inside<T>(span: Span, run: (open: OpenSpan) => Promise<T>): Promise<T> {
  try {
    return await run({
      traceparent: formatTraceparent(span.spanContext()),
      setAttributes: (attributes) => {
        span.setAttributes(attributes);
      },
    });
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type' satisfies AttributeName, asTrunklineError(error).code);
    throw error;
  } finally {
    span.end();
  }
}

const nothing: OpenSpan = { traceparent: undefined, setAttributes: () => {} };

function batches(exporter: SpanExporter): BatchSpanProcessor {
  return new BatchSpanProcessor({ exporter, exportTimeoutMillis: 5_000, maxQueueSize: 8_192 });
}

function exporterTo(endpoint: string | undefined): SpanExporter | undefined {
  if (endpoint === undefined) return undefined;
  return new OTLPTraceExporter({ url: new URL('/v1/traces', endpoint).href, timeoutMillis: 5_000 });
}

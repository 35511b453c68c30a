import type { RequestContext } from '@atrium/service-kit';
import { describeError, type ErrorCode } from '@atrium/service-kit';
import type { Outcome } from '@atrium/service-kit/metrics';
import type { Attributes, Span, SpanKind } from '@opentelemetry/api';
import type { SpanExporter, TracerConfig } from '@opentelemetry/sdk-trace-node';
import type { Logger } from 'pino';

/** Traces of requests for an OpenTelemetry collector. */
export interface Traces {
  /**
   * Begins the span of a request to the graph. Where `traceparent`, the request's own header, is the one that its
   * context holds, the span joins that trace; else it begins one.
   */
  request(context: RequestContext, traceparent: string | undefined): RequestSpan;
  /** Begins the span of one call to a subgraph, within the span whose `context` is given. */
  fetch(service: string, context: RequestContext): TraceSpan;
  /** Sends what is left, and gives that up after the time. */
  close(timeoutMs: number): Promise<void>;
}

/** A span that was begun. */
export interface TraceSpan {
  /** The context to go on with: its traceparent names this span. */
  readonly context: RequestContext;
  end(outcome: Outcome): void;
}

/** The span of a request. */
export interface RequestSpan extends TraceSpan {
  /** Tells what is asked, once that is known; its document and variables are in no trace. */
  describe(type: 'query' | 'mutation', name: string | undefined): void;
}

/** What traces need. */
export interface TracesOptions {
  /** The collector's address, to which /v1/traces is added. */
  endpoint: string;
  logger: Logger;
  /** How long spans wait for others to be sent with. */
  batchMs?: number;
}

/**
 * Loads OpenTelemetry, for which nobody pays whose settings ask for no traces. Nothing is detected, patched or
 * registered: a span holds what is given to it here, and leaves for `endpoint` alone. The sampler and the headers for
 * the collector are those of OpenTelemetry's own variables (OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS).
 */
export async function createTraces({ endpoint, logger, batchMs = 2_000 }: TracesOptions): Promise<Traces> {
  const [api, sdk, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const exporter = logFailures(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }), logger);
  const processor = new sdk.BatchSpanProcessor(exporter, { scheduledDelayMillis: batchMs });
  const provider = new sdk.NodeTracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer('atrium-gateway');

  function begin(name: string, kind: SpanKind, parent: string | undefined, attributes: Attributes): Span {
    if (parent === undefined) return tracer.startSpan(name, { kind, attributes }, api.ROOT_CONTEXT);
    const [, traceId = '', spanId = '', flags = ''] = parent.split('-');
    const spanContext = {
      traceId,
      spanId,
      traceFlags: Number.parseInt(flags, 16),
      isRemote: kind === api.SpanKind.SERVER,
    };
    return tracer.startSpan(name, { kind, attributes }, api.trace.setSpanContext(api.ROOT_CONTEXT, spanContext));
  }

  function end(span: Span, outcome: Outcome): void {
    if (outcome !== 'ok') span.setAttribute('error.type', outcome);
    // By the conventions for servers a fault of the client leaves the status of a span unset.
    if (ownFaults.has(outcome)) span.setStatus({ code: api.SpanStatusCode.ERROR });
    span.end();
  }

  return {
    request(context, traceparent) {
      const parent = traceparent === context.traceparent ? traceparent : undefined;
      const attributes = { 'atrium.request_id': context.requestId };
      const span = begin('graphql', api.SpanKind.SERVER, parent, attributes);
      return {
        context: { ...context, traceparent: traceparentOf(span) },
        describe(type, name) {
          span.updateName(type);
          span.setAttribute('graphql.operation.type', type);
          if (name !== undefined) span.setAttribute('graphql.operation.name', name);
        },
        end: (outcome) => end(span, outcome),
      };
    },
    fetch(service, context) {
      const attributes = { 'peer.service': service };
      const span = begin(`fetch ${service}`, api.SpanKind.CLIENT, context.traceparent, attributes);
      return { context: { ...context, traceparent: traceparentOf(span) }, end: (outcome) => end(span, outcome) };
    },
    async close(timeoutMs) {
      const timeout = new Promise((resolve) => setTimeout(resolve, timeoutMs).unref());
      await Promise.race([provider.shutdown().catch(() => {}), timeout]);
    },
  };
}

const ownFaults: ReadonlySet<Outcome> = new Set<ErrorCode>(['INTERNAL', 'UNAVAILABLE', 'TIMEOUT', 'OVERLOADED']);

/** Who reports, and no more: the library's own resource would name the program and its version. */
const attributes = { 'service.name': 'atrium-gateway' };
const resource: NonNullable<TracerConfig['resource']> = {
  attributes,
  merge: () => resource,
  getRawAttributes: () => Object.entries(attributes),
};

/** A traceparent header for a span: https://www.w3.org/TR/trace-context/#traceparent-header. */
function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** An exporter that tells the log when spans are lost, which OpenTelemetry by itself tells nobody. */
function logFailures(exporter: SpanExporter, logger: Logger): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error)
          logger.warn({ spans: spans.length, error: describeError(result.error) }, 'traces not delivered');
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush ? { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() } : {}),
  };
}

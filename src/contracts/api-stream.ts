/**
 * What a change is of, told by `GET /v1/stream`. `registry`: models, versions, readiness, stages. `events`: the logs of events and of alerts. `drift`: something was
 * predicted since, so that distributions, drift and quality may be others.
 */
export const STREAM_KINDS = ['registry', 'events', 'drift'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** Data of an event named `change`: what to ask for again. It tells that there is something new, never what. */
export interface StreamChange {
  readonly kinds: readonly StreamKind[];
}

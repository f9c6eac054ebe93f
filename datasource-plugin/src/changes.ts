import { config } from '@grafana/runtime';
import type { StreamChange, StreamKind } from '@modelwatch/core';
import { BehaviorSubject, combineLatest, defer, filter, finalize, merge, Observable, of, share, switchMap, throttle, timer } from 'rxjs';

/** What is used of a browser's EventSource. */
export interface EventStream {
  readonly readyState: number;
  addEventListener(name: string, listener: (event: { readonly data?: unknown }) => void): void;
  close(): void;
}

const CLOSED = 2;
/** After a refusal: as many listen as may, or the exporter is older than its stream. */
const REOPEN_MILLISECONDS = 60_000;
/** A board that refreshes lets go and comes back: the connection outlives that. */
const KEEP_MILLISECONDS = 5000;
/** The least time between two answers to changes. */
const ASK_AGAIN_MILLISECONDS = 5000;

/**
 * The exporter's stream of changes: one connection for all that listen, opened by the first of them. Where it cannot be had there is nothing in it, and boards
 * go on as their refresh interval has it.
 */
export function changesOf(url: string, open: (url: string) => EventStream | undefined = openEventSource): Observable<StreamChange> {
  return new Observable<StreamChange>((subscriber) => {
    let stream: EventStream | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const start = () => {
      stream = open(`${url}/v1/stream`);
      stream?.addEventListener('change', ({ data }) => {
        const change = read(data);
        if (change !== undefined) {
          subscriber.next(change);
        }
      });
      stream?.addEventListener('error', () => {
        // One that was open before comes back by itself; one that was refused does not.
        if (stream?.readyState === CLOSED) {
          clearTimeout(again);
          again = setTimeout(start, REOPEN_MILLISECONDS);
        }
      });
    };
    start();
    return () => {
      clearTimeout(again);
      stream?.close();
    };
  }).pipe(share({ resetOnRefCountZero: () => timer(KEEP_MILLISECONDS) }));
}

/** Grafana may be served below a path, which its own calls have in front of them already. */
function openEventSource(url: string): EventStream | undefined {
  return typeof EventSource === 'undefined' ? undefined : new EventSource(url.startsWith('/') ? config.appSubUrl + url : url);
}

function read(data: unknown): StreamChange | undefined {
  try {
    const change: unknown = JSON.parse(String(data));
    const kinds = typeof change === 'object' && change !== null && 'kinds' in change ? change.kinds : undefined;
    return Array.isArray(kinds) ? { kinds } : undefined;
  } catch {
    return undefined;
  }
}

/** Asks at once, and again after each change of that kind: one call at a time, and a change that comes meanwhile is not lost. */
export function askedAgain<T>(changes: Observable<StreamChange>, kind: StreamKind, ask: () => Observable<T>): Observable<T> {
  return defer(() => {
    const asking = new BehaviorSubject(false);
    const free = () => combineLatest([timer(ASK_AGAIN_MILLISECONDS), asking]).pipe(filter(([, isAsking]) => !isAsking));
    const ofKind = changes.pipe(filter(({ kinds }) => kinds.includes(kind)));
    return merge(of(undefined), ofKind).pipe(
      throttle(free, { leading: true, trailing: true }),
      switchMap(() => {
        asking.next(true);
        return ask().pipe(finalize(() => asking.next(false)));
      }),
    );
  });
}

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StreamChange } from '@modelwatch/core';
import { NEVER, Observable, of, Subject } from 'rxjs';
import { askedAgain, changesOf, EventStream } from './changes';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** An EventSource whose server is the test. */
class Stream implements EventStream {
  static opened: Stream[] = [];
  readyState = 1;
  private readonly listeners: Record<string, (event: { data?: unknown }) => void> = {};
  constructor(readonly url: string) {
    Stream.opened.push(this);
  }
  addEventListener(name: string, listener: (event: { data?: unknown }) => void) {
    this.listeners[name] = listener;
  }
  close() {
    this.readyState = 2;
  }
  tell(data: unknown) {
    this.listeners['change']?.({ data });
  }
  refuse() {
    this.readyState = 2;
    this.listeners['error']?.({});
  }
  stumble() {
    this.readyState = 0;
    this.listeners['error']?.({});
  }
}
const open = (url: string) => new Stream(url);
beforeEach(() => void (Stream.opened = []));

describe('the stream of changes', () => {
  it('is one connection for all, and outlives a refresh but not a board', () => {
    const changes = changesOf('/proxy', open);
    const seen: string[][] = [];
    const note = (change: StreamChange) => void seen.push([...change.kinds]);
    const subscriptions = [changes.subscribe(note), changes.subscribe(note)];
    expect(Stream.opened.map(({ url }) => url)).toEqual(['/proxy/v1/stream']);
    Stream.opened[0]!.tell('{"kinds":["registry"]}');
    expect(seen).toEqual([['registry'], ['registry']]);
    subscriptions.forEach((one) => one.unsubscribe());
    jest.advanceTimersByTime(4000);
    const refreshed = changes.subscribe();
    expect([Stream.opened.length, Stream.opened[0]!.readyState]).toEqual([1, 1]);
    refreshed.unsubscribe();
    jest.advanceTimersByTime(5000);
    expect(Stream.opened[0]!.readyState).toBe(2);
  });

  it.each(['', 'null', '{', '{"kinds":"registry"}', undefined, '[]'])('passes over what is no change: %j', (data) => {
    const seen: unknown[] = [];
    const subscription = changesOf('/proxy', open).subscribe((change) => seen.push(change));
    Stream.opened[0]!.tell(data);
    expect(seen).toEqual([]);
    subscription.unsubscribe();
  });

  it('says nothing where it is refused, and is tried again after a minute; one that stumbles comes back by itself', () => {
    const seen: unknown[] = [];
    const subscription = changesOf('/proxy', open).subscribe({ next: (change) => seen.push(change), error: (fault) => seen.push(fault) });
    Stream.opened[0]!.stumble();
    jest.advanceTimersByTime(120_000);
    expect(Stream.opened.length).toBe(1);
    Stream.opened[0]!.refuse();
    Stream.opened[0]!.refuse();
    jest.advanceTimersByTime(59_000);
    expect(Stream.opened.length).toBe(1);
    jest.advanceTimersByTime(1000);
    expect([Stream.opened.length, seen]).toEqual([2, []]);
    subscription.unsubscribe();
    jest.advanceTimersByTime(600_000);
    expect(Stream.opened.map(({ readyState }) => readyState)).toEqual([2, 2]);
  });

  it('is silent where there is no EventSource', () => {
    const subscription = changesOf('/proxy', () => undefined).subscribe();
    subscription.unsubscribe();
    expect(Stream.opened).toEqual([]);
  });
});

describe('what is asked again', () => {
  const registry: StreamChange = { kinds: ['registry'] };

  it('is asked at once, after changes of its kind alone, and not more often than every five seconds', () => {
    const changes = new Subject<StreamChange>();
    let asked = 0;
    const subscription = askedAgain(changes, 'registry', () => of(++asked)).subscribe();
    expect(asked).toBe(1);
    changes.next({ kinds: ['drift'] });
    jest.advanceTimersByTime(60_000);
    expect(asked).toBe(1);
    changes.next(registry);
    expect(asked).toBe(2);
    for (let change = 0; change < 100; change++) {
      changes.next(registry);
    }
    expect(asked).toBe(2);
    jest.advanceTimersByTime(5000);
    // The last of the hundred is not lost.
    expect(asked).toBe(3);
    jest.advanceTimersByTime(60_000);
    expect(asked).toBe(3);
    subscription.unsubscribe();
  });

  it('waits for an answer that takes long, and then asks for what has changed meanwhile', () => {
    const changes = new Subject<StreamChange>();
    const answers: Array<Subject<number>> = [];
    const seen: number[] = [];
    const ask = (): Observable<number> => {
      answers.push(new Subject<number>());
      return answers.at(-1)!;
    };
    const subscription = askedAgain(changes, 'registry', ask).subscribe((answer) => seen.push(answer));
    changes.next(registry);
    jest.advanceTimersByTime(60_000);
    expect(answers.length).toBe(1);
    answers[0]!.next(1);
    answers[0]!.complete();
    expect([answers.length, seen]).toEqual([2, [1]]);
    subscription.unsubscribe();
    expect(answers[1]!.observed).toBe(false);
  });

  it('is asked once where nothing is streamed', () => {
    let asked = 0;
    const subscription = askedAgain(NEVER, 'drift', () => of(++asked)).subscribe();
    jest.advanceTimersByTime(600_000);
    expect(asked).toBe(1);
    subscription.unsubscribe();
  });
});

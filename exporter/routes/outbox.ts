/** Answers that are ready, written one right after the other. */
export interface Outbox<Answer> {
  push(answer: Answer): void;
}

/**
 * Makes an outbox that hands over everything pushed in one turn, in order, at its end. A write wakes the process that reads it, which is most
 * of what it costs: a reader that finds its next answer ready reads on instead of going to sleep in between. `write` must not throw.
 */
export function createOutbox<Answer>(write: (answers: readonly Answer[]) => void): Outbox<Answer> {
  let waiting: Answer[] = [];
  const flush = () => {
    const answers = waiting;
    waiting = [];
    write(answers);
  };
  return {
    push(answer) {
      if (waiting.push(answer) === 1) process.nextTick(flush);
    },
  };
}

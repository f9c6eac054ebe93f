import type { InferRequest } from './open-inference/messages.js';
import type { Scorer } from './scorer.js';

/** The output that is watched: the one that was named, else the model's last. Undefined for a model that names none. */
export function watchedOutput({ outputs }: Pick<Scorer, 'outputs'>, named: string | undefined): string | undefined {
  return named ?? outputs.at(-1)?.name;
}

/**
 * What a request asks for where nothing but the watched output is looked at: others may be large. An output that the model has not is refused by
 * it, which is the answer.
 */
export function watchedOutputAlone(scorer: Pick<Scorer, 'outputs'>, named: string | undefined): InferRequest['outputs'] {
  const name = watchedOutput(scorer, named);
  return name === undefined ? undefined : [{ name, binary: false }];
}

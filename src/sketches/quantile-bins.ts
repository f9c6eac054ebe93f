/** Relative error of the finest bins. */
const RELATIVE_ERROR_FINEST = 0.001;
/** Natural logarithm of the ratio of a bin's ends at the finest level. */
const LOG_GAMMA_FINEST = Math.log((1 + RELATIVE_ERROR_FINEST) / (1 - RELATIVE_ERROR_FINEST));
/**
 * Keeps the keys of positive values above those of negative ones, which mirror them: a key is sign x (offset + index), 0 for the value 0. The
 * index of a double lies in -372,220..354,892 at the finest level.
 */
const KEY_OFFSET = 2 ** 20;

/** Level at which every distinct value is its own key. Level 0 has the finest bins; each level above joins two bins into one. */
export const EXACT = -1;
/** At this level all doubles fall into five bins: 0, and for each sign up to 1 and above. No sketch gets further. */
export const LEVEL_MAX = 19;
/** Fewest bins a sketch may hold, so that some level always fits. */
export const BINS_LEAST = 5;

/** Natural logarithm of the ratio of a bin's ends at a level: joining two bins squares the ratio. */
function logGamma(level: number): number {
  return LOG_GAMMA_FINEST * 2 ** level;
}

/** Greatest relative distance of a value from the representative of its bin: (gamma - 1) / (gamma + 1). */
export function relativeErrorAt(level: number): number {
  return level === EXACT ? 0 : Math.tanh(logGamma(level) / 2);
}

/** Key of a finite value at a level. The index is halved from the finest one, so that it is the same whether reached at once or by steps. */
export function binKeyAt(level: number, value: number): number {
  if (level === EXACT || value === 0) return value;
  const index = Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA_FINEST);
  return Math.sign(value) * (KEY_OFFSET + halved(index, level));
}

/** Key at level `to` of what has a key at level `from`, at most `to`. */
export function coarserKey(key: number, from: number, to: number): number {
  if (from === EXACT) return binKeyAt(to, key);
  return key === 0 ? 0 : Math.sign(key) * (KEY_OFFSET + halved(Math.abs(key) - KEY_OFFSET, to - from));
}

/** The bin (gamma^(i-1), gamma^i] is joined of the finer bins 2i - 1 and 2i. */
function halved(index: number, levels: number): number {
  return Math.ceil(index / 2 ** levels);
}

/** The value that is relatively as far from one end of the key's bin as from the other: 2 gamma^i / (1 + gamma). */
export function representativeAt(level: number, key: number): number {
  if (level === EXACT || key === 0) return key;
  const log = logGamma(level);
  // As one exponent, because gamma^i alone may overflow where the result does not.
  return (Math.sign(key) * Math.exp((Math.abs(key) - KEY_OFFSET - 0.5) * log)) / Math.cosh(log / 2);
}

/** What makes a replay impossible, in a sentence for its user: the data, the options or the model at fault. A failed request is none. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** Why a gate could not tell, in a sentence for its user: the data, the options or a model at fault. */
export class GateError extends Error {
  override readonly name = 'GateError';
}

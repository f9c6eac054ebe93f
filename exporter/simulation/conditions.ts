/** What of the world and of a model may go wrong; an incident changes some of it. */
export interface Conditions {
  /** By feature: how far its values moved, in standard deviations, and by what they are multiplied. */
  readonly shift: Map<string, number>;
  readonly scale: Map<string, number>;
  /** By feature: the share of values that is missing besides the usual. */
  readonly missing: Map<string, number>;
  /** How far truth has moved from what scores say, in logits, of all predictions and by slice value. */
  conceptLogits: number;
  readonly conceptOfSlice: Map<string, number>;
  /** What the model adds to its own logits: another model than the one that was trained. */
  outputLogits: number;
  latencyFactor: number;
  failedShare: number;
  truthArrives: boolean;
  costFactor: number;
  goldenFailures: number;
  goldenExplanationFailures: number;
  /** Whether the attributions of features are those of training in reverse order. */
  attributionsReversed: boolean;
}

export const healthyConditions = (): Conditions => ({
  shift: new Map(),
  scale: new Map(),
  missing: new Map(),
  conceptLogits: 0,
  conceptOfSlice: new Map(),
  outputLogits: 0,
  latencyFactor: 1,
  failedShare: 0,
  truthArrives: true,
  costFactor: 1,
  goldenFailures: 0,
  goldenExplanationFailures: 0,
  attributionsReversed: false,
});

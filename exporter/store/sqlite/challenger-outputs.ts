/** What challengers gave for one prediction, by the key of their series; NaN where one gave nothing. As it stands in the column `challengers`. */
export type ChallengerOutputs = readonly (readonly [series: number, output: number])[];

/**
 * Challengers whose outputs a prediction holds: twice as many as a model may have, since versions come and go while it waits, and an id may
 * be sent again with each of them.
 */
export const CHALLENGERS_PER_PREDICTION_MAX = 16;

export function parseOutputs(column: string | null): ChallengerOutputs {
  if (column === null) return [];
  return (JSON.parse(column) as [number, number | null][]).map(([series, output]) => [series, output ?? NaN]);
}

/** JSON writes what is not finite as null, which reads as NaN. */
export function outputsText(outputs: ChallengerOutputs): string {
  return JSON.stringify(outputs);
}

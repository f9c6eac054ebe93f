import { Frequencies, type NumericBinning } from '@modelwatch/core';

/** Ground truth by bins, with the edges that it was counted by. */
export interface GroundTruthJSON {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly missing: number;
}

export const emptyGroundTruth = (binning: NumericBinning | undefined): Frequencies | undefined => binning && new Frequencies(binning);

export function groundTruthToJSON(counted: Frequencies | undefined): GroundTruthJSON | undefined {
  if (counted?.binning.kind !== 'numeric') return undefined;
  return { edges: counted.binning.edges, counts: [...counted.counts], missing: counted.missing };
}

/** Reads counts back; they start anew where the bins are not those that they were counted by. */
export function groundTruthFromJSON(json: GroundTruthJSON | undefined, binning: NumericBinning | undefined): Frequencies | undefined {
  if (binning === undefined || json === undefined || !sameEdges(json.edges, binning.edges)) return emptyGroundTruth(binning);
  return Frequencies.fromCounts(binning, json.counts, json.missing);
}

export const sameEdges = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((edge, i) => edge === b[i]);

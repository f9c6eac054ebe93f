/** Counts by bin: one more than there are edges, the first and the last bin are open. Bin i ends at edge i, which belongs to it. */
export interface ApiBins {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

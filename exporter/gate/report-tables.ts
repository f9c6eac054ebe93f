import type { SliceValueComparison } from './compare-slices.js';
import { digits, readingText } from './check-text.js';
import type { GateReport } from './gate-report.js';

/** A table of the report: the terminal and the page show the same ones. */
export interface ReportTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the table leaves out. */
  readonly note?: string;
}

const SLICE_VALUES_SHOWN_MAX = 8;

/** The report as tables, the checks first. */
export function reportTables(report: GateReport): readonly ReportTable[] {
  return [
    { title: 'Checks', head: ['check', 'state', 'found'], rows: report.checks.map(({ check, state, text }) => [check, state, text]) },
    versions(report),
    ...quality(report),
    ...report.slices.map((slice) => ({
      title: `Slice ${slice.slice}: the greatest certain loss first`,
      head: ['value', 'rows', 'champion', 'challenger', 'gain', 'p', 'below all'],
      rows: slice.values.slice(0, SLICE_VALUES_SHOWN_MAX).map(sliceRow),
      ...(slice.values.length > SLICE_VALUES_SHOWN_MAX
        ? { note: `${slice.values.length - SLICE_VALUES_SHOWN_MAX} further values stand in the JSON report.` }
        : {}),
    })),
    ...(report.worstRows.length === 0
      ? []
      : [
          {
            title: 'Rows by which the challenger loses most',
            head: ['row', 'champion', 'challenger', 'ground truth'],
            rows: report.worstRows.map(({ id, champion, challenger, truth }) => [id, digits(champion), digits(challenger), digits(truth)]),
          },
        ]),
  ];
}

function versions({ champion, challenger, latency, outputs, sizeRatio }: GateReport): ReportTable {
  const milliseconds = (seconds: number) => (seconds * 1000).toFixed(3);
  const ratio = (a: number, b: number) => digits(b / a);
  const rows: (readonly string[])[] = [
    ['version', champion.version, challenger.version, ''],
    ['file', champion.file, challenger.file, ''],
    ['bytes', String(champion.bytes), String(challenger.bytes), digits(sizeRatio)],
    ['answered', String(champion.calls.scored), String(challenger.calls.scored), ''],
  ];
  if (latency !== null) {
    for (const quantile of ['mean', 'p50', 'p99'] as const) {
      const [own, other] = [latency.champion[quantile], latency.challenger[quantile]];
      rows.push([`latency ${quantile}, ms a row`, milliseconds(own), milliseconds(other), ratio(own, other)]);
    }
  }
  const difference =
    outputs.differenceMax === null
      ? 'No row was scored by both.'
      : `Outputs of ${outputs.compared} rows: ${outputs.disagreed} disagree, mean difference ${digits(outputs.differenceMean ?? 0)}, largest ${digits(outputs.differenceMax)}.`;
  return { title: 'Versions', head: ['', 'champion', 'challenger', 'ratio'], rows, note: difference };
}

function quality({ champion, challenger, quality: { meaning, gain, mcnemar }, data }: GateReport): ReportTable[] {
  const names = Object.keys(champion.quality).filter((name) => name in challenger.quality);
  const rows = names.map((name) => {
    const [own, other] = [champion.quality[name]!, challenger.quality[name]!];
    return [name, own.toFixed(4), other.toFixed(4), signed(other - own)];
  });
  const test =
    mcnemar?.pValue.kind === 'measured'
      ? ` One alone was right in ${mcnemar.discordant} of them; McNemar p ${digits(mcnemar.pValue.value)}.`
      : '';
  const note = `${data.judged} of ${data.rows} rows have ground truth and both outputs. Gain of ${meaning} ${readingText(gain)}.${test}`;
  return [{ title: 'Quality', head: ['metric', 'champion', 'challenger', 'difference'], rows, note }];
}

function sliceRow({ value, count, champion, challenger, gain, pValue, gap }: SliceValueComparison): readonly string[] {
  const of = (reading: SliceValueComparison['champion']) => (reading.kind === 'measured' ? reading.value.toFixed(4) : '-');
  return [
    value,
    String(count),
    of(champion),
    of(challenger),
    gain.kind === 'measured' ? readingText(gain) : '-',
    pValue === undefined ? '-' : digits(pValue),
    gap?.kind === 'measured' ? readingText(gap) : '-',
  ];
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;

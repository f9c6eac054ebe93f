import { DataFrame, FieldColorModeId } from '@grafana/data';
import type { ApiChallenger, ApiCriterion, ChallengersAnswer, IntervalReading } from '@modelwatch/core';
import { goodFrom, worseFrom } from '../frames/bars';
import { LabelledBin, labelledBins } from '../frames/bin-labels';
import { Column, COUNT, frameOf, number, SHARE, text, truth } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { lowerOf, upperOf, valueOf } from '../frames/readings';
import { CRITERION_COLORS, VERDICT_COLORS } from '../frames/states';

/** A difference of quality or output; signed. */
const DIFFERENCE = { unit: 'none', decimals: 4 };
const SHARE_DIFFERENCE = { unit: 'percentunit', min: -1, max: 1, decimals: 2 };

/** Of what a frame tells, when the answer has several challengers. */
const titled = (title: string, { model }: ChallengersAnswer, { version }: ApiChallenger) => `${title} ${model} ${version}`;

interface OfChallenger {
  readonly model: string;
  readonly challenger: string;
}
function ofChallenger<Row extends OfChallenger>(): ReadonlyArray<Column<Row>> {
  return [
    text('model', 'Name of the model.', ({ model }) => model, { links: [DEBUG_BOARD] }),
    text('version', 'The challenger.', ({ challenger }) => challenger),
  ];
}

function interval<Row>(of: (row: Row) => IntervalReading | undefined, config: object): ReadonlyArray<Column<Row>> {
  return [
    number('lower', 'Lower end of the interval.', (row) => lowerOf(of(row)), config),
    number('upper', 'Upper end of the interval.', (row) => upperOf(of(row)), config),
  ];
}

interface Pair {
  readonly champion: string;
  readonly challenger: string;
  readonly count: number;
}

/** The outputs of both as the classes that they say; of estimates, whether the challenger's is within the tolerance of the champion's. */
function pairsOf({ agreement: { outcomes } }: ApiChallenger, kind: ChallengersAnswer['outputKind']): Pair[] {
  const pair = (champion: string, challenger: string, outcome: string) => ({ champion, challenger, count: outcomes[outcome] ?? 0 });
  if (kind === 'regression') {
    const [within, beyond] = ['within tolerance', 'beyond tolerance'];
    return [pair(within, within, 'within_tolerance'), pair(within, beyond, 'beyond_tolerance')];
  }
  const [positive, negative] = ['positive', 'negative'];
  return [
    pair(positive, positive, 'both_positive'),
    pair(positive, negative, 'champion_only_positive'),
    pair(negative, positive, 'challenger_only_positive'),
    pair(negative, negative, 'both_negative'),
  ];
}

/** Fits the panel's view of shadow verdicts: counts of pairs, and in the first row the verdict and the difference of outputs. */
export function agreementFrame(answer: ChallengersAnswer, challenger: ApiChallenger, refId: string): DataFrame {
  const pairs = pairsOf(challenger, answer.outputKind);
  const first = <T>(row: Pair, told: T): T | undefined => (row === pairs[0] ? told : undefined);
  const { outputDifference } = challenger.agreement;
  return frameOf<Pair>({
    refId,
    name: titled('agreement', answer, challenger),
    rows: pairs,
    columns: [
      text('champion', 'What the champion said.', ({ champion }) => champion),
      text('challenger', 'What the challenger said of the same input.', (row) => row.challenger),
      number('count', 'Predictions to which both gave this pair of outputs.', ({ count }) => count, {
        ...COUNT,
        color: { mode: FieldColorModeId.ContinuousBlues },
        fieldMinMax: true,
      }),
      text('verdict', 'The verdict, in the first row.', (row) => first(row, verdictOf(challenger)), { mappings: VERDICT_COLORS }),
      text('reason', 'Verdict and its reason as a sentence, in the first row.', (row) => first(row, challenger.text)),
      number(
        'difference',
        'Mean output of the challenger less that of the champion, in the first row.',
        (row) => first(row, valueOf(outputDifference)),
        DIFFERENCE,
      ),
      ...interval<Pair>((row) => first(row, outputDifference), DIFFERENCE),
    ],
    notices: noticesOf(challenger),
  });
}

/** Where the configuration says too little there is no verdict, and it is said how to get one. */
const verdictOf = ({ verdict }: ApiChallenger) => verdict ?? 'none';

function noticesOf({ verdict, version, ready }: ApiChallenger) {
  return [
    ...(ready ? [] : [{ severity: 'warning' as const, text: `Challenger ${version} is not ready: it is compared with nothing now.` }]),
    ...(verdict === null
      ? [{ severity: 'info' as const, text: `Challenger ${version} has no verdict: set rollout.qualityLossMax of the model.` }]
      : []),
  ];
}

/** Counts by the difference of outputs, challenger less champion. */
export function differencesFrame(answer: ChallengersAnswer, challenger: ApiChallenger, refId: string): DataFrame {
  const { differences, compared } = challenger.agreement;
  return frameOf<LabelledBin>({
    refId,
    name: titled('differences', answer, challenger),
    rows: labelledBins(differences),
    columns: [
      text('bin', 'Output of the challenger less that of the champion.', ({ bin }) => bin),
      number('from', 'Lower bound, not within; empty where the bin is open.', ({ from }) => from, { unit: 'none' }),
      number('to', 'Upper bound, within; empty where the bin is open.', ({ to }) => to, { unit: 'none' }),
      number('count', 'Predictions with such a difference.', ({ count }) => count, COUNT),
      number('share', 'Of all predictions that were compared.', ({ count }) => count / compared, SHARE),
    ],
  });
}

/** How both compare with ground truth, a row a challenger. */
export function qualityFrame(answer: ChallengersAnswer, refId: string): DataFrame {
  const { model } = answer;
  type Row = OfChallenger & ApiChallenger['quality'] & { readonly bar: number | undefined };
  const rows = answer.challengers.map(({ version, quality, criteria = [] }): Row => ({
    model,
    challenger: version,
    ...quality,
    bar: criteria.find(({ criterion }) => criterion === 'quality_loss')?.bar,
  }));
  const bar = rows.find((row) => row.bar !== undefined)?.bar ?? 0;
  const accuracy = { ...SHARE_DIFFERENCE, thresholds: goodFrom(bar) };
  return frameOf<Row>({
    refId,
    name: `quality ${model}`,
    rows,
    columns: [
      ...ofChallenger<Row>(),
      number('count', 'Predictions of both that met ground truth.', ({ judged }) => judged, COUNT),
      number('difference', 'Accuracy of the challenger less that of the champion.', (row) => valueOf(row.accuracyDifference), accuracy),
      ...interval<Row>((row) => row.accuracyDifference, accuracy),
      number(
        'pValue',
        'Chance of such a difference if both were right equally often (McNemar).',
        ({ mcnemar }) => valueOf(mcnemar.pValue),
        {
          ...SHARE,
          displayName: 'p value',
        },
      ),
      number('lossDifference', 'Loss of the challenger less that of the champion.', (row) => valueOf(row.lossDifference), {
        ...DIFFERENCE,
        displayName: 'loss difference',
      }),
      number('lossLower', 'Lower end of its interval.', (row) => lowerOf(row.lossDifference), { ...DIFFERENCE, displayName: 'loss lower' }),
      number('lossUpper', 'Upper end of its interval.', (row) => upperOf(row.lossDifference), { ...DIFFERENCE, displayName: 'loss upper' }),
      number('championOnly', 'The champion alone was right.', ({ outcomes }) => outcomes['champion_only_right'], {
        ...COUNT,
        displayName: 'champion only right',
      }),
      number('challengerOnly', 'The challenger alone was right.', ({ outcomes }) => outcomes['challenger_only_right'], {
        ...COUNT,
        displayName: 'challenger only right',
      }),
    ],
  });
}

/** Every criterion of the verdict with its reading, its interval and its bar. */
export function verdictFrame(answer: ChallengersAnswer, refId: string): DataFrame {
  const { model } = answer;
  type Row = OfChallenger & { readonly told: ApiChallenger; readonly one: ApiCriterion };
  const rows = answer.challengers.flatMap((told) =>
    (told.criteria ?? []).map((one): Row => ({ model, challenger: told.version, told, one })),
  );
  const plain = { unit: 'none', decimals: 4 };
  return frameOf<Row>({
    refId,
    name: `verdict ${model}`,
    rows,
    columns: [
      ...ofChallenger<Row>(),
      text('verdict', 'What the criteria say together.', ({ told }) => verdictOf(told), { mappings: VERDICT_COLORS }),
      text('reason', 'Verdict and its reason as a sentence.', ({ told }) => told.text),
      truth('decides', 'Whether this criterion gave the verdict.', ({ told, one }) => told.reason === one.criterion),
      text('criterion', 'What is read.', ({ one }) => one.criterion.replaceAll('_', ' ')),
      text('state', 'Where the reading stands against its bar.', ({ one }) => one.state, { mappings: CRITERION_COLORS }),
      number('value', 'The reading.', ({ one }) => valueOf(one.reading), plain),
      ...interval<Row>(({ one }) => one.reading, plain),
      number('bar', 'The greatest value of a ratio, the least gain of quality.', ({ one }) => one.bar, plain),
      number('count', 'Pairs, tries or joined pairs that were read.', ({ one }) => one.count, COUNT),
    ],
    notices: answer.challengers.flatMap(noticesOf),
  });
}

/** Agreement and quality by slice value, the greatest share of disagreement first. */
export function shadowSlicesFrame(answer: ChallengersAnswer, slice: string | undefined, refId: string): DataFrame {
  const { model } = answer;
  const slices = answer.challengers.flatMap((told) =>
    told.slices.filter((one) => slice === undefined || one.slice === slice).map((one) => ({ told, one })),
  );
  const rows = slices
    .flatMap(({ told, one }) => one.values.map((value) => ({ model, challenger: told.version, name: one.slice, ...value, told })))
    .sort((a, b) => (valueOf(b.agreement.disagreementRatio) ?? -1) - (valueOf(a.agreement.disagreementRatio) ?? -1));
  type Row = (typeof rows)[number];
  const bar = rows[0]?.told.criteria?.find(({ criterion }) => criterion === 'disagreement')?.bar;
  const disagreement = { ...SHARE, ...(bar === undefined ? {} : { thresholds: worseFrom([bar, 'red']) }) };
  const leftOut = slices.reduce((sum, { one }) => sum + one.valuesLeftOut, 0);
  const gain = (row: Row) => row.quality?.accuracyDifference;
  return frameOf<Row>({
    refId,
    name: `slices ${model}`,
    rows,
    columns: [
      ...ofChallenger<Row>(),
      text('slice', 'Name of the slice.', ({ name }) => name),
      text('sliceValue', 'Its value.', ({ value }) => value, { displayName: 'slice value' }),
      number('value', 'Share of predictions on which the two disagree.', (row) => valueOf(row.agreement.disagreementRatio), disagreement),
      ...interval<Row>((row) => row.agreement.disagreementRatio, disagreement),
      number('count', 'Predictions that were compared.', ({ agreement }) => agreement.compared, COUNT),
      number('judged', 'Of them, those that met ground truth.', ({ quality }) => quality?.judged ?? 0, COUNT),
      number('difference', 'Accuracy of the challenger less that of the champion.', (row) => valueOf(gain(row)), SHARE_DIFFERENCE),
      number('differenceLower', 'Lower end of its interval.', (row) => lowerOf(gain(row)), {
        ...SHARE_DIFFERENCE,
        displayName: 'difference lower',
      }),
      number('differenceUpper', 'Upper end of its interval.', (row) => upperOf(gain(row)), {
        ...SHARE_DIFFERENCE,
        displayName: 'difference upper',
      }),
    ],
    notices: leftOut === 0 ? [] : [{ severity: 'info', text: `${leftOut} values of slices are left out, the rarest.` }],
  });
}

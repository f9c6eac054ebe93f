import { FieldType, LinkModel } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Detail } from '../mark-tooltip';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'slo', type: FieldType.string, meaning: 'the objective, for example availability' },
  { name: 'budgetLeft', type: FieldType.number, meaning: 'share of the error budget that is left; negative where overspent' },
  { name: 'model', type: FieldType.string, optional: true, meaning: 'the model' },
  { name: 'objective', type: FieldType.number, optional: true, meaning: 'share of good events that is promised' },
  { name: 'window', type: FieldType.string, optional: true, meaning: 'the window of the burn rate, for example 1h; a row each' },
  { name: 'burn', type: FieldType.number, optional: true, meaning: 'burn rate within the window' },
  { name: 'bar', type: FieldType.number, optional: true, meaning: 'burn rate above which the window alerts; none is drawn without it' },
  { name: 'timeToExhaustion', type: FieldType.number, optional: true, meaning: 'seconds until the budget is spent, burning as now' },
];

export const WINDOWS_MAX = 8;
export const SLOS_MAX = 100;

export interface Burn {
  readonly window: string;
  /** Undefined where the frame gives none: the window cannot alert, or nobody says from which rate. */
  readonly bar?: number;
  /** Undefined where it was not measured. */
  readonly rate?: number;
  readonly beyond: boolean;
  readonly text: string;
}

export interface Budget {
  readonly title: string;
  readonly left?: number;
  readonly leftText: string;
  readonly color?: string;
  readonly forecast: string;
  /** In the order of the windows of all; undefined where this one has none of that window. */
  readonly burns: ReadonlyArray<Burn | undefined>;
  readonly description: string;
  readonly details: readonly Detail[];
  readonly links: () => LinkModel[];
}

export interface ErrorBudgets {
  readonly windows: readonly string[];
  /** The least budget left first, those without data last. */
  readonly budgets: readonly Budget[];
  readonly spentCount: number;
  readonly beyondCount: number;
  readonly insufficientCount: number;
  readonly leftOutCount: number;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Windows in words that are no length of time stand at the end, in the order of the frame. */
function lengthOf(window: string): number {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(window) ?? [];
  return count && unit ? Number(count) * (SECONDS[unit] ?? 1) : Infinity;
}

function burnAt(bound: BoundFrame, row: number): Burn | undefined {
  const window = textAt(bound, 'window', row);
  if (window === undefined || !bound.fields.has('burn')) {
    return undefined;
  }
  const given = numberAt(bound, 'burn', row);
  const rate = given === undefined || given < 0 ? undefined : given;
  const givenBar = numberAt(bound, 'bar', row);
  const bar = givenBar !== undefined && givenBar > 0 ? givenBar : undefined;
  return {
    window,
    bar,
    rate,
    // As the rules have it: at the bar is not beyond it.
    beyond: rate !== undefined && bar !== undefined && rate > bar,
    text: rate === undefined ? 'no data' : shown(bound.fields.get('burn'), rate).text,
  };
}

function forecastOf(bound: BoundFrame, row: number, left: number | undefined): string {
  if (left !== undefined && left <= 0) {
    return 'exhausted';
  }
  const raw: unknown = bound.fields.get('timeToExhaustion')?.values[row];
  const seconds = numberAt(bound, 'timeToExhaustion', row);
  if (raw === Infinity) {
    return 'not at this rate';
  }
  return seconds === undefined || seconds < 0 ? 'no forecast' : `in ${shown(bound.fields.get('timeToExhaustion'), seconds).text}`;
}

function budgetOf(bound: BoundFrame, rows: readonly number[], windows: readonly string[]): Budget {
  const first = rows[0] ?? 0;
  const burns = rows.map((row) => burnAt(bound, row));
  // What differs by window stands in any of the rows; what does not, in the first that has it.
  const rowWith = (name: string) => rows.find((row) => numberAt(bound, name, row) !== undefined) ?? first;
  const left = numberAt(bound, 'budgetLeft', rowWith('budgetLeft'));
  const { text, color } = shown(bound.fields.get('budgetLeft'), left);
  const objective = numberAt(bound, 'objective', rowWith('objective'));
  const title = [textAt(bound, 'model', first), textAt(bound, 'slo', first) ?? 'unnamed'].filter((part) => part !== undefined).join(' ');
  const promised = objective === undefined ? undefined : shown(bound.fields.get('objective'), objective).text;
  const leftText = left === undefined ? 'insufficient data' : text;
  const forecast = forecastOf(bound, rowWith('timeToExhaustion'), left);
  return {
    title,
    left,
    leftText,
    color: left === undefined ? undefined : color,
    forecast,
    burns: windows.map((window) => burns.find((burn) => burn?.window === window)),
    description: `${title}${promised ? `, objective ${promised}` : ''}: budget left ${leftText}, exhaustion ${forecast}`,
    details: [
      ...(promised ? [{ label: 'objective', value: promised }] : []),
      { label: 'budget left', value: leftText, color: left === undefined ? undefined : color },
      ...burns.flatMap((burn) =>
        burn
          ? [
              {
                label: `burn ${burn.window}`,
                value: `${burn.text}${burn.bar === undefined ? '' : ` of ${burn.bar}`}${burn.beyond ? ', beyond' : ''}`,
              },
            ]
          : [],
      ),
      { label: 'exhaustion', value: forecast },
    ],
    links: () => linksAt(bound, ['slo', 'model', 'budgetLeft', 'burn'], first),
  };
}

/** An objective and model from all of its rows, one a window; the least budget left first. */
export function errorBudgets(bound: BoundFrame): ErrorBudgets {
  const rowsBySlo = new Map<string, number[]>();
  const windows = new Set<string>();
  for (let row = 0; row < bound.frame.length; row++) {
    const key = JSON.stringify([textAt(bound, 'model', row), textAt(bound, 'slo', row)]);
    const rows = rowsBySlo.get(key) ?? [];
    rowsBySlo.set(key, rows);
    rows.push(row);
    const window = burnAt(bound, row)?.window;
    if (window !== undefined) {
      windows.add(window);
    }
  }
  const drawn = [...windows].sort((a, b) => Math.min(lengthOf(a), 1e12) - Math.min(lengthOf(b), 1e12)).slice(0, WINDOWS_MAX);
  const all = [...rowsBySlo.values()].map((rows) => budgetOf(bound, rows, drawn));
  const rank = ({ left }: Budget) => left ?? Number.MAX_VALUE;
  const budgets = all.sort((a, b) => rank(a) - rank(b)).slice(0, SLOS_MAX);
  return {
    windows: drawn,
    budgets,
    spentCount: all.filter(({ left }) => left !== undefined && left <= 0).length,
    beyondCount: all.filter(({ burns }) => burns.some((burn) => burn?.beyond)).length,
    insufficientCount: all.filter(({ left }) => left === undefined).length,
    leftOutCount: all.length - budgets.length,
  };
}

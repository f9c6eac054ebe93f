import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { builtFile } from '../built-file.js';
import type { GateReport } from './gate-report.js';

/*
 * The command itself, as a job in CI runs it: exit code, what it says, what it writes. Without latency (`--latency-rows 0`) every report is the same
 * at each run; GATE_WRITE=1 writes those that are kept.
 */

const MAIN = builtFile(import.meta.url, '../main.js');
const FLIGHTS = path.join(import.meta.dirname, '..', 'examples', 'flights');
const MODELS = path.join(import.meta.dirname, '..', 'models', 'testdata');
const TESTDATA = path.join(import.meta.dirname, 'testdata');
const ROWS = 2000;

let folder = '';
let header = '';
let flights: readonly string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-gate-'));
  const lines = (await readFile(path.join(FLIGHTS, 'live.csv'), 'utf8')).split('\n');
  [header = ''] = lines;
  flights = lines.slice(1, ROWS + 1);
  await written('flights.csv', csv(flights));
  for (const name of ['champion.onnx', 'challenger.onnx', 'baseline.json']) await copyFile(path.join(FLIGHTS, name), inFolder(name));
});
afterAll(() => rm(folder, { recursive: true }));

const inFolder = (name: string): string => path.join(folder, name);
const model = (name: string): string => path.join(MODELS, `${name}.onnx`);
const csv = (rows: readonly string[]): string => `${[header, ...rows].join('\n')}\n`;
const written = async (name: string, content: string): Promise<string> => {
  await writeFile(inFolder(name), content);
  return name;
};

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'gate', ...words], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

const MODELS_OF_FLIGHTS = ['--champion', 'champion.onnx', '--challenger', 'challenger.onnx', '--output-column', '1', '--latency-rows', '0'];
const ofFlights = (...words: readonly string[]) =>
  run('flights.csv', ...MODELS_OF_FLIGHTS, '--ground-truth-column', 'late', '--id-column', 'id', ...words);
/** As good will do: of so few flights no gain is shown. */
const AS_GOOD = ['--quality-gain-min', '-0.03', '--quality-loss-max', '0.03'];

const reportIn = async (name: string): Promise<GateReport> => JSON.parse(await readFile(inFolder(name), 'utf8')) as GateReport;
const stateOf = ({ checks }: GateReport, name: string) => checks.find(({ check }) => check === name)?.state;

/** The last digit of a sum is the processor's. */
const rounded = (text: string): string =>
  text.replace(/-?\d+\.\d{7,}(?:e-?\d+)?|-?\d+(?:\.\d+)?e-\d+/g, (number) => String(Number(Number(number).toPrecision(6))));

async function expectKept(name: string, text: string): Promise<void> {
  const file = path.join(TESTDATA, name);
  if (process.env['GATE_WRITE'] === '1') await writeFile(file, rounded(text));
  expect(rounded(text)).toBe(await readFile(file, 'utf8'));
}

describe('a challenger that is as good', () => {
  it('passes, and every report says why', async () => {
    const ended = await ofFlights(
      ...['--baseline', 'baseline.json', '--slice', 'origin,carrier', '--slice-loss-max', '0.05', '--size-ratio-max', '20', ...AS_GOOD],
      ...['--json', 'report.json', '--markdown', 'report.md'],
    );
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    await expectKept('passes.txt', ended.stdout);
    await expectKept('passes.json', await readFile(inFolder('report.json'), 'utf8'));
    await expectKept('passes.md', await readFile(inFolder('report.md'), 'utf8'));
  });

  it('has the quality that scikit-learn finds, over all live flights', async () => {
    const words = [...MODELS_OF_FLIGHTS, '--ground-truth-column', 'late', '--json', 'whole.json'];
    const ended = await run(path.join(FLIGHTS, 'live.csv'), ...words);
    expect(ended).toMatchObject({ code: 2, stderr: '' });
    const { champion, challenger, verdict, reason } = await reportIn('whole.json');
    const { cases } = JSON.parse(await readFile(path.join(FLIGHTS, 'evaluation.json'), 'utf8')) as {
      readonly cases: readonly Readonly<Record<string, number | string>>[];
    };
    for (const [name, { quality }] of [['champion', champion] as const, ['challenger', challenger] as const]) {
      const wanted = cases.find((found) => found['model'] === name && found['period'] === 'all')!;
      for (const metric of ['accuracy', 'precision', 'recall', 'f1', 'auc', 'brier'])
        expect(quality[metric]).toBeCloseTo(Number(wanted[metric]), 6);
    }
    expect({ verdict, reason }).toEqual({ verdict: 'hold', reason: 'quality_gain' });
  });

  it('is found in a configuration, with its output, slices and baseline, and timed in pairs', async () => {
    const { stderr, code } = await run(
      ...['flights.csv', '--config', path.join(FLIGHTS, 'modelwatch.yaml'), '--model', 'flights-late', '--ground-truth-column', 'late'],
      ...['--latency-rows', '200', '--latency-ratio-max', '1000', '--pairs-min', '100', ...AS_GOOD, '--json', 'configured.json'],
    );
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const report = await reportIn('configured.json');
    const { champion, challenger, slices, latency } = report;
    expect([champion.version, challenger.version, slices.map(({ slice }) => slice)]).toEqual(['1', '2', ['origin', 'carrier']]);
    expect(champion.goldenRows).toMatchObject({ kind: 'replayed', parity: { rows: 100, failures: 0 } });
    expect(stateOf(report, 'latency')).toBe('met');
    expect(latency!.pairs).toBeGreaterThan(100);
    expect(latency!.champion.p99).toBeGreaterThanOrEqual(latency!.champion.p50);
  });
});

describe('a challenger is rejected', () => {
  const rejected = async (name: string, ...words: readonly string[]): Promise<GateReport> => {
    const ended = await run(...words, '--json', `${name}.json`);
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(ended.stdout.trimEnd().split('\n').at(-1)).toMatch(/^The challenger is rejected: /);
    const report = await reportIn(`${name}.json`);
    expect(report).toMatchObject({ outcome: 'rejected', reason: name, exitCode: 1 });
    return report;
  };
  const flightsWords = ['flights.csv', ...MODELS_OF_FLIGHTS, '--ground-truth-column', 'late'];

  it('that disagrees too often', async () => {
    await rejected('disagreement', ...flightsWords, '--disagreement-ratio-max', '0.005');
  });

  it('whose classes are of another threshold, and worse', async () => {
    await rejected('quality_loss', ...flightsWords, '--challenger-threshold', '0.02', '--disagreement-ratio-max', 'none');
  });

  it('that loses in one slice', async () => {
    const words = [...flightsWords, '--challenger-threshold', '0.02', '--disagreement-ratio-max', 'none', '--quality-loss-max', '1'];
    const { slices } = await rejected('slice_loss', ...words, '--slice', 'origin', '--slice-loss-max', '0.2');
    expect(slices[0]!.values[0]!.gain).toMatchObject({ kind: 'measured' });
  });

  it('whose file has grown', async () => {
    await rejected('size', ...flightsWords, ...AS_GOOD, '--size-ratio-max', '2');
  });

  it('that does not give what its baseline recorded', async () => {
    const text = await readFile(inFolder('baseline.json'), 'utf8');
    const baseline = JSON.parse(text) as { readonly provenance: object };
    const other = { ...baseline, provenance: { ...baseline.provenance, modelDigest: undefined } };
    await written('other.json', JSON.stringify(other));
    await rejected('challenger_golden_rows', ...flightsWords, '--challenger-baseline', 'other.json');
  });

  it('that takes other inputs, unless they may differ', async () => {
    await written('numbers.csv', `a,b,truth\n${Array.from({ length: 200 }, (_, i) => `${i},${i % 7},${i % 7}`).join('\n')}\n`);
    const words = ['numbers.csv', '--champion', model('identity-fp32'), '--challenger', model('identity-fp64'), '--input', 'x=a,b'];
    const regression = [
      '--output-kind',
      'regression',
      '--quality-loss-max',
      '1',
      '--quality-gain-min',
      '-1',
      '--pairs-min',
      '100',
      '--failure-ratio-max',
      '0.1',
    ];
    const all = [...words, ...regression, '--ground-truth-column', 'truth', '--latency-rows', '0'];
    const { inputs } = await rejected('inputs', ...all);
    expect(inputs.differing).toEqual([{ name: 'x', champion: 'FP32 [any, 2]', challenger: 'FP64 [any, 2]' }]);
    expect(await run(...all, '--inputs-may-differ')).toMatchObject({ code: 0 });
  });
});

describe('a challenger that dies or hangs is rejected, and costs a few deadlines', () => {
  const regression = ['--output-kind', 'regression', '--quality-loss-max', '1', '--ground-truth-column', 'truth', '--inputs-may-differ'];

  it('killed by every row', async () => {
    await written('deadly.csv', `a,b,truth\n${'-2147483648,-1,1\n'.repeat(50)}`);
    const words = ['deadly.csv', '--champion', model('identity-int32'), '--challenger', model('divide'), '--input', 'x=a,b'];
    const ended = await run(...words, ...regression, '--latency-rows', '0', '--json', 'deadly.json');
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    const { reason, champion, challenger, data } = await reportIn('deadly.json');
    expect({ reason, rows: data.rows, scored: champion.calls.scored }).toEqual({ reason: 'answers', rows: 10, scored: 10 });
    expect(challenger.calls).toMatchObject({ scored: 0, failed: 10, firstFailure: { row: 1 } });
  });

  it('held up by every row', async () => {
    await written('endless.csv', `n,truth\n${'1000000000000,1\n'.repeat(50)}`);
    const words = ['endless.csv', '--champion', model('identity-int64'), '--challenger', model('hang'), '--input', 'x=n,n'];
    const ended = await run(...words, ...regression, '--latency-rows', '0', '--deadline', '1s', '--json', 'endless.json');
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    const { reason, challenger } = await reportIn('endless.json');
    expect(reason).toBe('answers');
    expect(challenger.calls.scored).toBe(0);
  });

  it('and where the champion does, nothing is said of the challenger', async () => {
    await written('deadly.csv', `a,b,truth\n${'-2147483648,-1,1\n'.repeat(50)}`);
    const words = ['deadly.csv', '--champion', model('divide'), '--challenger', model('identity-int32'), '--input', 'x=a,b'];
    const { code, stdout } = await run(...words, ...regression, '--latency-rows', '0');
    expect(code).toBe(2);
    expect(stdout).toMatch(/The gate cannot tell: the comparison is void: the champion answered 0 of 10 rows/);
  });
});

describe('a regression', () => {
  const words = ['--champion', model('regression'), '--challenger', model('regression'), '--input', 'features=x,y,z'];
  const all = [
    ...words,
    '--output-kind',
    'regression',
    '--ground-truth-column',
    'truth',
    '--latency-rows',
    '0',
    '--pairs-min',
    '100',
    '--failure-ratio-max',
    '0.1',
  ];
  const rows = Array.from({ length: 300 }, (_, i) => ({ x: i / 100, y: (i % 10) / 10, z: 0, truth: i % 3 === 0 ? null : i / 50 }));

  it('is judged by its squared errors, from JSON lines, where there is ground truth', async () => {
    await written('rows.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const ended = await run('rows.jsonl', ...all, '--quality-loss-max', '0.1', '--quality-gain-min', '-0.1', '--json', 'regression.json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { data, quality, champion, outputs } = await reportIn('regression.json');
    expect(data).toMatchObject({ rows: 300, judged: 200, withoutGroundTruth: 100 });
    expect(quality).toMatchObject({ meaning: 'loss', gain: { value: 0, lower: 0, upper: 0 }, mcnemar: null });
    expect(Object.keys(champion.quality)).toEqual(['mae', 'rmse', 'bias']);
    expect(outputs).toMatchObject({ compared: 300, differenceMax: 0 });
  });

  it('needs to know what loss is tolerated', async () => {
    const { code, stdout, stderr } = await run('rows.jsonl', ...all);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--quality-loss-max');
  });
});

describe('the gate cannot tell', () => {
  const drop = (name: string) => {
    const index = header.split(',').indexOf(name);
    return [header, ...flights.slice(0, 5)]
      .map((line) =>
        line
          .split(',')
          .filter((_, i) => i !== index)
          .join(','),
      )
      .join('\n');
  };
  const set = (name: string, value: string) => {
    const index = header.split(',').indexOf(name);
    const cells = flights[2]!.split(',').map((cell, i) => (i === index ? value : cell));
    return csv([flights[0]!, flights[1]!, cells.join(',')]);
  };
  /** What is wrong, the file that is, and what is said of it. */
  const CASES: readonly (readonly [string, () => string, string])[] = [
    ['a file of nothing', () => '', 'there are no rows'],
    ['a header alone', () => csv([]), 'there are no rows'],
    [
      'no column for an input',
      () => drop('hour'),
      'there is no column "hour" for the input "hour"; --input hour=column,... says which columns it holds',
    ],
    ['no column of ground truth', () => drop('late'), 'there is no column "late"'],
    ['no column of ids', () => drop('id'), 'there is no column "id"'],
    ['a text for a number', () => set('hour', 'noon'), 'row 3: the column "hour" holds "noon", which is no FP32'],
    ['ground truth of a third class', () => set('late', '2'), 'row 3: ground truth in the column "late" is 0 or 1, got "2"'],
    ['ground truth that is text', () => set('late', 'late'), 'row 3: ground truth in the column "late" is 0 or 1, got "late"'],
    ['an id twice', () => csv([flights[0]!, flights[1]!, flights[0]!]), 'row 3: the id "20130401-US-2161-LGA" stands already in row 1'],
    ['a row without an id', () => set('id', ''), 'row 3: there is no id in the column "id"'],
    ['a row that is too short', () => csv([flights[0]!, 'x,y']), 'bad.csv:3: 19 columns need as many values, got 2'],
    ['a file that is no text', () => `${header}\n\ud800`, 'is not UTF-8'],
  ];

  it.each(CASES)('of %s', async (_name, content, sentence) => {
    await writeFile(inFolder('bad.csv'), content().includes('\ud800') ? Buffer.from([0x69, 0x2c, 0xff, 0xfe]) : content());
    const { code, stdout, stderr } = await run('bad.csv', ...MODELS_OF_FLIGHTS, '--ground-truth-column', 'late', '--id-column', 'id');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^modelwatch gate: [^\n]*\n$/);
    expect(stderr).toContain(sentence);
  });

  it('of too few rows', async () => {
    await written('few.csv', csv(flights.slice(0, 500)));
    const { code, stdout } = await run('few.csv', ...MODELS_OF_FLIGHTS, '--ground-truth-column', 'late');
    expect(code).toBe(2);
    expect(stdout).toMatch(/The gate cannot tell: too little data: failed calls 0 .* of 500 calls, at most 0\.01\.\n$/);
  });

  /** What is wrong with the options or the models, and what is said of it. */
  const OPTIONS: readonly (readonly [string, readonly string[], string])[] = [
    ['no champion', ['--challenger', 'challenger.onnx'], '--champion names the ONNX file of the champion, or --config a configuration'],
    ['no challenger', ['--champion', 'champion.onnx'], '--challenger names the ONNX file of the challenger'],
    [
      'a model that is not there',
      ['--champion', 'none.onnx', '--challenger', 'challenger.onnx'],
      'the champion cannot be loaded: the model file cannot be read (ENOENT)',
    ],
    ['a model that is none', ['--champion', 'champion.onnx', '--challenger', model('garbage')], 'the challenger cannot be loaded: '],
    ['a configuration that is not there', ['--config', 'none.yaml'], 'the configuration is at fault'],
    [
      'criteria that contradict themselves',
      [...MODELS_OF_FLIGHTS, '--quality-gain-min', '-1'],
      'rollout criteria need a wanted gain of at least -0.01',
    ],
    ['a threshold beyond 1', [...MODELS_OF_FLIGHTS, '--threshold', '2'], 'the threshold of a probability lies in 0..1, got 2'],
    ['a slice that is no column', [...MODELS_OF_FLIGHTS, '--slice', 'carier'], 'there is no column "carier"; did you mean "carrier"?'],
    [
      'an output that is no probability',
      [...MODELS_OF_FLIGHTS.slice(0, 4), '--input', 'hour=distance', '--output-tensor', 'none'],
      'the champion answered 0 of',
    ],
    ['an input of neither model', [...MODELS_OF_FLIGHTS, '--input', 'hours=hour'], 'neither model has an input "hours"'],
    [
      "the champion's baseline beside another model",
      ['--champion', 'challenger.onnx', '--challenger', 'champion.onnx', '--baseline', 'baseline.json'],
      'the baseline of the champion was made with another model file',
    ],
  ];

  it.each(OPTIONS)('of %s', async (_name, words, sentence) => {
    const { code, stdout, stderr } = await run('flights.csv', ...words, '--ground-truth-column', 'late');
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(sentence);
  });

  it('of wrong usage', async () => {
    expect(await run('flights.csv', '--ground-truth-column', 'late', '--pairs-min', 'many')).toMatchObject({ code: 2, stdout: '' });
    // As of `modelwatch baseline`, where the option names a column of the data.
    const named = await run('flights.csv', ...MODELS_OF_FLIGHTS, '--ground-truth-column', 'late', '--output-column', 'score');
    expect(named).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('the number of a column of the model') });
  });
});

it('shows names from the data as text alone', async () => {
  const rows = flights.slice(0, 150).map((line) => line.replace(/^[^,]*/, (id) => `${id}\u001b[31m|<b>`));
  await written('hostile.csv', csv(rows));
  const words = ['--ground-truth-column', 'late', '--id-column', 'id', '--slice', 'id', '--pairs-min', '100', '--markdown', 'hostile.md'];
  const { stdout } = await run('hostile.csv', ...MODELS_OF_FLIGHTS, ...words);
  expect(stdout).not.toContain('\u001b');
  const page = await readFile(inFolder('hostile.md'), 'utf8');
  expect(page).toContain('20130401-');
  expect(page).not.toMatch(/\u001b|<b>|\|<|\[31m\|/);
});

import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { OnnxConfig } from '@modelwatch/core';
import { BaselineError } from '../baseline/baseline-error.js';
import { writeFileAtomic } from '../baseline/write-file-atomic.js';
import type { Clock } from '../clock.js';
import type { Output } from '../config/check-command.js';
import { createOnnxScorer, type OnnxScorer } from '../models/onnx/index.js';
import { createCalledModel } from './call-model.js';
import { compareModels } from './compare-models.js';
import { GateError } from './gate-error.js';
import { planGate, type GateFlags, type GatePlan } from './gate-plan.js';
import { reportOf, type GateReport } from './gate-report.js';
import { goldenParity } from './golden-parity.js';
import { compareInputs } from './input-parity.js';
import { judge } from './judge.js';
import { readLabelledRows, type LabelledRows } from './labelled-rows.js';
import { measureLatency } from './measure-latency.js';
import { reportMarkdown, reportText } from './report-text.js';
import { scoreRows } from './score-rows.js';

export interface GateCommandOptions {
  readonly files: readonly string[];
  readonly flags: GateFlags;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * `modelwatch gate`: compares two models on labelled rows, prints and writes what it found. Returns the exit code: 0 where the challenger passes,
 * 1 where it is rejected, 2 with a sentence where the gate cannot tell.
 */
export async function gateCommand(options: GateCommandOptions, { stdout, stderr }: Output): Promise<0 | 1 | 2> {
  try {
    const report = await gate(await planGate(options.files, options.flags), options);
    stdout.write(reportText(report));
    if (options.json !== undefined) await writeFileAtomic(options.json, `${JSON.stringify(report, null, 2)}\n`);
    if (options.markdown !== undefined) await writeFileAtomic(options.markdown, reportMarkdown(report));
    return report.exitCode;
  } catch (error) {
    if (!(error instanceof GateError) && !(error instanceof BaselineError)) throw error;
    stderr.write(`modelwatch gate: ${error.message}\n`);
    return 2;
  }
}

async function gate(plan: GatePlan, deps: Pick<GateCommandOptions, 'clock' | 'logger'>): Promise<GateReport> {
  const labelled = readLabelledRows(plan);
  // What is wrong with the first rows is said before four children are started.
  const rows = await readAhead(labelled.rows, ROWS_AHEAD);
  const champion = await open('champion', plan.championOnnx, deps);
  try {
    const challenger = await open('challenger', plan.challenger.onnx, deps);
    try {
      return await compare(plan, { ...labelled, rows }, { champion, challenger, clock: deps.clock });
    } finally {
      await challenger.close();
    }
  } finally {
    await champion.close();
  }
}

async function open(
  side: string,
  config: OnnxConfig,
  { clock, logger }: Pick<GateCommandOptions, 'clock' | 'logger'>,
): Promise<OnnxScorer> {
  const made = await createOnnxScorer({ file: config.path, config, clock, logger: logger.child({ role: side }) });
  if (made.ok) return made.value;
  throw new GateError(`the ${side} cannot be loaded: ${made.error.message}`);
}

const ROWS_AHEAD = 10;

/** The same items, of which the first have been taken already. */
async function readAhead<Item>(items: AsyncIterable<Item>, count: number): Promise<AsyncIterable<Item>> {
  const iterator = items[Symbol.asyncIterator]();
  const first: Item[] = [];
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    first.push(next.value);
    if (first.length === count) break;
  }
  return (async function* () {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
}

interface Opened {
  readonly champion: OnnxScorer;
  readonly challenger: OnnxScorer;
  readonly clock: Clock;
}

async function compare(plan: GatePlan, labelled: LabelledRows, { champion, challenger, clock }: Opened): Promise<GateReport> {
  const { output } = plan.model;
  const called = { champion: createCalledModel(champion, output), challenger: createCalledModel(challenger, output) };
  const championGolden = await goldenParity('champion', plan.championBaseline, champion, plan.model);
  const challengerGolden = await goldenParity('challenger', plan.challengerBaseline, challenger, plan.model);
  const scored = await scoreRows(labelled, { plan, ...called, clock });
  const sliceNames = labelled.slices().map(({ name }) => name);
  const evidence = {
    inputs: compareInputs(champion.inputs, challenger.inputs),
    championGolden,
    challengerGolden,
    scored,
    comparison: compareModels(scored, plan, sliceNames),
    latency:
      plan.latencyRows === 0 || scored.cutShort !== undefined ? undefined : await measureLatency(scored.sample, { ...called, clock }),
    championBytes: (await stat(plan.championOnnx.path)).size,
    challengerBytes: (await stat(plan.challenger.onnx.path)).size,
  };
  const judgement = judge(evidence, plan);
  const digests = { champion: champion.digest, challenger: challenger.digest };
  return reportOf({ plan, evidence, judgement, digests, files: scored.cutShort === undefined ? labelled.sources() : [] });
}

import { pino } from 'pino';
import type { Baseline, BaselineExplanations, ModelConfig } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { formatFaults, loadConfig, parseConfig } from '../config/index.js';
import { createOnnxScorer } from '../models/onnx/index.js';
import { BaselineError } from './baseline-error.js';
import { explainTraining, type DrawRows, type ExplainTrainingOptions, type ModelReading } from './explain-training.js';

export interface ExplainWithModelOptions extends Omit<ExplainTrainingOptions, 'reading' | 'monotonicSeconds'> {
  readonly model: string;
  readonly modelFile: string;
  /** A configuration that has the model: says which tensors hold the features and the output, and the limits of a scorer. */
  readonly configFile?: string | undefined;
  readonly clock: Clock;
}

/** Explains rows of training data by a model file, which runs in a child process. Throws `BaselineError`. */
export async function explainWithModel(
  { model, modelFile, configFile, clock, ...options }: ExplainWithModelOptions,
  baseline: Baseline,
  drawRows: DrawRows,
): Promise<BaselineExplanations> {
  const { onnx, ...reading } = await readingOf(model, configFile);
  const scorer = await createOnnxScorer({ file: modelFile, config: onnx, clock, logger: pino({ level: 'silent' }) });
  if (!scorer.ok) throw new BaselineError('model_unexplainable', `the model cannot be explained: ${scorer.error.message}`);
  try {
    return await explainTraining(baseline, drawRows, scorer.value, { ...options, reading, monotonicSeconds: clock.monotonicSeconds });
  } finally {
    await scorer.value.close();
  }
}

async function readingOf(name: string, configFile: string | undefined): Promise<Required<Pick<ModelReading, 'onnx'>> & ModelReading> {
  const model = configFile === undefined ? undefined : await configuredModel(name, configFile);
  const onnx = model?.champion.onnx ?? defaultModel().champion.onnx;
  if (onnx === undefined) throw new Error('the default model has an ONNX file');
  return model === undefined ? { onnx } : { onnx, inputs: model.inputs, output: model.output };
}

async function configuredModel(name: string, file: string): Promise<ModelConfig> {
  // The baseline that it names may be the one that is to be made.
  const loaded = await loadConfig(file, { files: 'none' });
  if (!loaded.ok) throw new BaselineError('option_invalid', `the configuration has faults\n${formatFaults(loaded.faults).trimEnd()}`);
  const model = loaded.value.models.find((known) => known.name === name);
  if (model === undefined) throw new BaselineError('option_invalid', `the configuration ${file} has no model ${name}`);
  return model;
}

/** What a configuration fills in for a model of which it says nothing. */
function defaultModel(): ModelConfig {
  const parsed = parseConfig('models: [{ name: m, champion: { version: "1", onnx: { path: m.onnx } } }]', 'defaults');
  if (!parsed.ok) throw new Error(formatFaults(parsed.faults));
  return parsed.value.models[0]!;
}

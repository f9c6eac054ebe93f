import path from 'node:path';
import { assertCriteria, configuredCriteria } from '@modelwatch/core';
import type { Baseline, ChallengerConfig, ModelConfig, OnnxConfig, RolloutConfig, RolloutCriteria } from '@modelwatch/core';
import { formatBaselineFaults, loadBaseline } from '../baseline/index.js';
import type { RowFormat } from '../baseline/open-rows.js';
import { formatFaults, quote } from '../config/fault.js';
import { loadConfig, parseConfig } from '../config/load-config.js';
import { GateError } from './gate-error.js';

/** The options of `modelwatch gate`, as they were written; what is left out comes from the configuration, or has its default. */
export interface GateFlags {
  readonly config?: string;
  readonly model?: string;
  readonly champion?: string;
  readonly challenger?: string;
  readonly challengerVersion?: string;
  readonly baseline?: string;
  readonly challengerBaseline?: string;
  readonly groundTruthColumn: string;
  readonly idColumn?: string;
  readonly input?: ReadonlyMap<string, readonly string[]>;
  readonly slice?: readonly string[];
  readonly format?: RowFormat;
  readonly outputKind?: 'probability' | 'regression';
  readonly outputTensor?: string;
  readonly outputColumn?: number;
  readonly threshold?: number;
  readonly challengerThreshold?: number;
  readonly tolerance?: number;
  readonly deadline?: string;
  readonly timeMax: number;
  readonly latencyRows?: number;
  readonly criteria: { readonly [K in keyof RolloutCriteria]?: RolloutCriteria[K] | 'none' };
  readonly sliceLossMax?: number;
  readonly sizeRatioMax?: number;
  readonly inputsMayDiffer: boolean;
}

/** What a gate does, with nothing left to be looked up but the files themselves. */
export interface GatePlan {
  readonly files: readonly string[];
  readonly format: RowFormat | undefined;
  /** As configured: output, thresholds, inputs; its challengers are not looked at. */
  readonly model: ModelConfig;
  readonly challenger: ChallengerConfig & { readonly onnx: OnnxConfig };
  readonly championOnnx: OnnxConfig;
  readonly championBaseline: Baseline | undefined;
  readonly challengerBaseline: Baseline | undefined;
  readonly groundTruthColumn: string;
  readonly idColumn: string | undefined;
  /** Input to the columns that it holds, where not that of its name. */
  readonly inputColumns: ReadonlyMap<string, readonly string[]>;
  readonly slices: readonly GateSlice[];
  readonly timeSecondsMax: number;
  /** Most rows that are timed; more than half as many are, where there are as many. */
  readonly latencyRows: number;
  readonly bars: GateBars;
}

export interface GateSlice {
  readonly name: string;
  readonly column: string;
  /** Whether a file without the column is refused; where it is not, the slice is left out. */
  readonly required: boolean;
}

/** What the gate holds a challenger against, beside the criteria of a rollout. */
export interface GateBars {
  readonly criteria: RolloutCriteria;
  /** Largest loss of quality tolerated in any slice. Left out: it is not judged. */
  readonly sliceLossMax: number | undefined;
  /** Largest file, as a multiple of the champion's. Left out: it is not judged. */
  readonly sizeRatioMax: number | undefined;
  readonly inputsMayDiffer: boolean;
}

/** Brings options and configuration together. Throws `GateError` where they contradict themselves or leave something open. */
export async function planGate(files: readonly string[], flags: GateFlags): Promise<GatePlan> {
  const { model, challenger, championOnnx } = await modelsOf(flags);
  const criteria = criteriaOf(flags, model, challenger);
  const championBaseline = await baselineOf(flags.baseline ?? model.champion.baseline);
  const challengerBaseline = await baselineOf(flags.challengerBaseline);
  return {
    files,
    format: flags.format,
    model,
    challenger,
    championOnnx,
    championBaseline,
    challengerBaseline,
    groundTruthColumn: flags.groundTruthColumn,
    idColumn: flags.idColumn,
    inputColumns: flags.input ?? new Map(Object.entries(model.inputs ?? {})),
    slices: slicesOf(flags, model),
    timeSecondsMax: flags.timeMax,
    // A sample holds more than half of what fits: enough to be judged.
    latencyRows: flags.latencyRows ?? 2 * criteria.pairsMin,
    bars: {
      criteria,
      sliceLossMax: flags.sliceLossMax,
      sizeRatioMax: flags.sizeRatioMax,
      inputsMayDiffer: flags.inputsMayDiffer,
    },
  };
}

async function modelsOf(flags: GateFlags): Promise<Pick<GatePlan, 'model' | 'challenger' | 'championOnnx'>> {
  const configured = flags.config === undefined ? undefined : await configuredModel(flags.config, flags.model);
  const unconfigured = modelOfOptions(flags);
  const { champion, output, challengers } = configured ?? unconfigured;
  const championOnnx = onnxOf(champion.onnx, flags.champion, unconfigured.champion.onnx!, flags.deadline);
  if (championOnnx === undefined) throw new GateError('the champion has no ONNX file; --champion names one');
  const own = configured === undefined ? unconfigured.challengers[0]! : chosenChallenger(challengers, unconfigured.challengers[0]!, flags);
  const challengerOnnx = onnxOf(own.onnx, flags.challenger, unconfigured.champion.onnx!, flags.deadline);
  if (challengerOnnx === undefined) throw new GateError('there is no challenger; --challenger names its ONNX file');
  const challenger = {
    ...own,
    onnx: challengerOnnx,
    ...(flags.challengerThreshold === undefined ? {} : { threshold: flags.challengerThreshold }),
    ...(flags.tolerance === undefined ? {} : { toleranceAbsolute: flags.tolerance }),
  };
  const model = { ...(configured ?? unconfigured), output: { ...output, ...outputFlags(flags) } };
  return { model, challenger, championOnnx };
}

function chosenChallenger(
  challengers: readonly ChallengerConfig[],
  unconfigured: ChallengerConfig,
  { challenger, challengerVersion }: GateFlags,
): ChallengerConfig {
  if (challengerVersion !== undefined) {
    const found = challengers.find(({ version }) => version === challengerVersion);
    if (found !== undefined) return found;
    if (challenger === undefined) throw new GateError(`the configuration has no challenger of version ${quote(challengerVersion)}`);
    return { ...unconfigured, version: challengerVersion };
  }
  if (challenger !== undefined) return unconfigured;
  if (challengers.length === 1) return challengers[0]!;
  if (challengers.length === 0) throw new GateError('the configuration has no challenger; --challenger names its ONNX file');
  throw new GateError(`the configuration has ${challengers.length} challengers; --challenger-version says which`);
}

/** The configured options of a child with the file of the command line, where it names one. */
function onnxOf(
  configured: OnnxConfig | undefined,
  file: string | undefined,
  unconfigured: OnnxConfig,
  deadline: string | undefined,
): OnnxConfig | undefined {
  const onnx = file === undefined ? configured : { ...(configured ?? unconfigured), path: path.resolve(file) };
  if (onnx === undefined || onnx.path === '') return undefined;
  // One child each, so that the two are measured alike.
  return { ...onnx, processes: 1, ...(deadline === undefined ? {} : { deadline }) };
}

async function configuredModel(file: string, name: string | undefined): Promise<ModelConfig> {
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new GateError(`the configuration is at fault\n${formatFaults(loaded.faults).trimEnd()}`);
  const { models } = loaded.value;
  if (name === undefined && models.length > 1) throw new GateError(`the configuration has ${models.length} models; --model says which`);
  const model = name === undefined ? models[0] : models.find((candidate) => candidate.name === name);
  if (model === undefined) throw new GateError(`the configuration has no model ${quote(name ?? '')}`);
  return model;
}

/** The model that the options alone describe, with the defaults and the checks of a configuration. */
function modelOfOptions(flags: GateFlags): ModelConfig {
  const { champion, challenger, challengerVersion, model, challengerThreshold, tolerance, config } = flags;
  const { quality, qualityLossMax } = flags.criteria;
  if (config === undefined && flags.outputKind === 'regression' && quality !== 'accuracy' && qualityLossMax === undefined)
    throw new GateError(LOSS_MAX_MISSING);
  if (flags.config === undefined && champion === undefined)
    throw new GateError('--champion names the ONNX file of the champion, or --config a configuration');
  if (flags.config === undefined && challenger === undefined) throw new GateError('--challenger names the ONNX file of the challenger');
  const text = JSON.stringify({
    models: [
      {
        name: model ?? 'model',
        champion: { version: 'champion', onnx: { path: path.resolve(champion ?? '.'), deadline: flags.deadline } },
        challengers: [
          {
            version: challengerVersion ?? 'challenger',
            onnx: { path: path.resolve(challenger ?? '.'), deadline: flags.deadline },
            threshold: challengerThreshold,
            toleranceAbsolute: tolerance,
          },
        ],
        output: outputFlags(flags),
        // Beside a configuration its own bars count.
        rollout: { quality, qualityLossMax: config === undefined ? qualityLossMax : 0 },
      },
    ],
  });
  const parsed = parseConfig(text, 'options');
  if (parsed.ok) return parsed.value.models[0]!;
  throw new GateError(parsed.faults.map(({ message }) => message).join('; '));
}

function outputFlags({ outputKind, outputTensor, outputColumn, threshold }: GateFlags): Partial<ModelConfig['output']> {
  return {
    ...(outputKind === undefined ? {} : { kind: outputKind }),
    ...(outputTensor === undefined ? {} : { tensor: outputTensor }),
    ...(outputColumn === undefined ? {} : { column: outputColumn }),
    ...(threshold === undefined ? {} : { threshold }),
  };
}

async function baselineOf(file: string | undefined): Promise<Baseline | undefined> {
  if (file === undefined) return undefined;
  const loaded = await loadBaseline(file);
  if (loaded.ok) return loaded.value;
  throw new GateError(`the baseline is at fault\n${formatBaselineFaults(loaded.faults).trimEnd()}`);
}

function slicesOf({ slice }: GateFlags, { slices }: ModelConfig): readonly GateSlice[] {
  if (slice !== undefined) return slice.map((column) => ({ name: column, column, required: true }));
  // What a request carries in a header, a file may have in a column of that slice's name.
  return slices.map(({ name, feature, header }) => ({ name, column: feature ?? name, required: header === undefined }));
}

const LOSS_MAX_MISSING =
  'a regression needs --quality-loss-max: the largest growth of the mean squared error that is tolerated, in its unit';

/** The criteria of the command line, else those of the configuration. */
function criteriaOf({ criteria: wanted }: GateFlags, model: ModelConfig, challenger: ChallengerConfig): RolloutCriteria {
  const { quality, qualityLossMax, ...bars } = wanted;
  const rollout = {
    ...model.rollout,
    ...bars,
    ...(quality === undefined || quality === 'none' ? {} : { quality }),
    ...(qualityLossMax === undefined || qualityLossMax === 'none' ? {} : { qualityLossMax }),
  };
  const criteria = configuredCriteria({ rollout: rollout as RolloutConfig, output: model.output }, challenger);
  if (criteria === undefined) throw new GateError(LOSS_MAX_MISSING);
  try {
    assertCriteria(criteria);
  } catch (error) {
    if (error instanceof RangeError) throw new GateError(error.message);
    throw error;
  }
  return criteria;
}

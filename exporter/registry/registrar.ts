import type { Lineage, NewVersion, Promotion, Stage } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import type { ModelFiles } from './model-files.js';
import type { Promoter } from './promoter.js';
import type { Registry, VersionName } from './registry.js';
import type { RegistryView } from './registry-view.js';

/** A file as whoever registers it names it: by its name in the inbox, and by what it must be. */
export interface FileRequest {
  readonly file: string;
  /** SHA-256, in hexadecimal. */
  readonly digest: string;
}

export interface RegisterRequest extends VersionName {
  readonly onnx: FileRequest;
  readonly baseline?: FileRequest;
  readonly owner?: string;
  readonly notes?: string;
  readonly lineage?: Lineage;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** What routes ask of the registry: each change with its files, and seen in the view afterwards. */
export interface Registrar {
  readonly view: RegistryView;
  /** Takes the files first, so that a registered version can always be served. */
  register(request: RegisterRequest): Promise<Result<'registered' | 'duplicate'>>;
  stage(version: VersionName, stage: Exclude<Stage, 'production'>): Promise<Result<'changed' | 'unchanged'>>;
  promote(promotion: Pick<Promotion, 'id' | 'model' | 'version'>): Promise<Result<Promotion>>;
  /** The latest first. */
  promotions(): Promise<Result<readonly Promotion[]>>;
}

export interface RegistrarOptions {
  readonly registry: Registry;
  readonly view: RegistryView;
  readonly promoter: Promoter;
  /** Opened when they are needed, since many sidecars register nothing. */
  readonly files: () => Promise<Result<ModelFiles>>;
  /** A version has another stage, which may decide whether it is compared with the champion. */
  readonly onStaged?: () => void;
}

/** Files are large, and taken one after the other. */
const REGISTERS_WAITING_MAX = 16;

export function createRegistrar({ registry, view, promoter, files, onStaged }: RegistrarOptions): Registrar {
  const seen = async <T>(result: Promise<Result<T>>): Promise<Result<T>> => {
    const value = await result;
    // Even of what failed it may be that it was written.
    await view.refresh();
    return value;
  };
  /** What was taken for a version that is not registered makes room again, unless another version is of the same file. */
  const forgetUnused = async (kept: ModelFiles, { onnx, baseline }: RegisterRequest): Promise<void> => {
    // What is not known to be unused stays.
    if (!(await view.refresh()).ok) return;
    for (const wanted of [onnx.digest, baseline?.digest]) {
      const isUsed = view.versions.some(({ digest, baselineDigest }) => digest === wanted || baselineDigest === wanted);
      if (wanted !== undefined && !isUsed) await kept.forget(wanted);
    }
  };
  const takeAndRegister = async (request: RegisterRequest): Promise<Result<'registered' | 'duplicate'>> => {
    const opened = await files();
    if (!opened.ok) return opened;
    for (const wanted of [request.onnx, request.baseline]) {
      const taken = wanted === undefined ? succeed(undefined) : await opened.value.take(wanted.file, wanted.digest);
      if (taken.ok) continue;
      await forgetUnused(opened.value, request);
      return taken;
    }
    const registered = await seen(registry.register(newVersion(request, request.onnx.digest, request.baseline?.digest)));
    // Where it is not known whether it was registered, the files stay.
    if (!registered.ok && registered.error.code !== 'store_unavailable') await forgetUnused(opened.value, request);
    return registered;
  };
  // One at a time: the files of one are not taken away by the failure of another.
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return {
    view,
    async register(request) {
      if (waiting >= REGISTERS_WAITING_MAX) return fail('overloaded', 'as many versions as allowed are being registered; try again later');
      waiting++;
      const mine = last.then(() => takeAndRegister(request));
      last = mine.catch(() => undefined);
      return mine.finally(() => waiting--);
    },
    async stage(version, stage) {
      const staged = await seen(registry.stage(version, stage));
      if (staged.ok && staged.value === 'changed') onStaged?.();
      return staged;
    },
    promote: (promotion) => seen(promoter.promote(promotion)),
    promotions: () => registry.promotions.latest(),
  };
}

/** In one order of keys, so that the same is the same text. */
export function newVersion(
  { model, version, owner, notes, lineage = {}, metrics = {} }: Omit<RegisterRequest, 'onnx' | 'baseline'>,
  digest: string,
  baselineDigest: string | undefined,
): NewVersion {
  const { dataSet, features, code, run } = lineage;
  return {
    model,
    version,
    digest,
    ...(baselineDigest === undefined ? {} : { baselineDigest }),
    ...(owner === undefined ? {} : { owner }),
    ...(notes === undefined ? {} : { notes }),
    lineage: {
      ...(dataSet === undefined ? {} : { dataSet }),
      ...(features === undefined ? {} : { features }),
      ...(code === undefined ? {} : { code }),
      ...(run === undefined ? {} : { run }),
    },
    metrics: Object.fromEntries(Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

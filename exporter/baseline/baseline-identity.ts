import type { Baseline } from '@modelwatch/core';

/** A version of a model as a configuration names it. */
export interface NamedVersion {
  readonly name: string;
  readonly version: string;
  /** Of its file, as `sha256:` and hexadecimal digits; undefined where the model is served elsewhere. */
  readonly digest?: string | undefined;
}

/** What says that a baseline is of another model, version or file, each of which would watch the wrong thing; undefined where nothing does. */
export function foreignBaseline({ model, version, provenance }: Baseline, named: NamedVersion): string | undefined {
  if (model !== named.name || version !== named.version)
    return `its baseline is of model ${model}, version ${version}, not of model ${named.name}, version ${named.version}`;
  const { modelDigest } = provenance;
  if (modelDigest === undefined || named.digest === undefined || modelDigest === named.digest) return undefined;
  return 'its baseline was made with another model file; make it anew with `modelwatch baseline`';
}

import { tokenFileSchema, type AccessConfig, type TokenConfig } from '@modelwatch/core';
import { byPosition } from './fault.js';
import type { LoadResult } from './fault.js';
import { checkTokens } from './meaning-access.js';
import { schemaFaults } from './schema-fault.js';
import { compileSchema } from './schema-validator.js';
import { soundPart } from './sound-part.js';
import { readYaml } from './yaml-source.js';

const validate = compileSchema(tokenFileSchema);

/** Checks the text of a file of tokens, beside the tokens of the configuration. Every fault is listed. */
export function readTokenFile(source: Uint8Array, file: string, others: readonly TokenConfig[]): LoadResult<AccessConfig['tokens']> {
  const yaml = readYaml(source, file);
  if (!yaml.ok) return yaml;
  const found = schemaFaults(validate(yaml.value.value), yaml.value.value);
  const faults = found.map(({ path, key, ...about }) =>
    key === undefined
      ? yaml.value.faultAt(path, 'value', about)
      : yaml.value.faultAt(key.is === 'unknown' ? [...path, key.name] : path, 'key', about, path),
  );
  const tokens = soundPart<AccessConfig['tokens']>(yaml.value.value, found);
  checkTokens(
    Array.isArray(tokens) ? tokens : [],
    others,
    (index) => [index],
    (path, message, { expected, spot = 'value' } = {}) => {
      faults.push(yaml.value.faultAt(path, spot, expected === undefined ? { message } : { message, expected }));
    },
  );
  return faults.length > 0 ? { ok: false, faults: faults.toSorted(byPosition) } : { ok: true, value: tokens as AccessConfig['tokens'] };
}

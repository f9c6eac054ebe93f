import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import formats from 'ajv-formats';

export type SchemaErrors = readonly ErrorObject[];

/** Compiles a draft-07 schema. The function returned fills in defaults in place and lists every error. */
export function compileSchema(schema: object): (value: unknown) => SchemaErrors {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strict: true, allowUnionTypes: true, ownProperties: true });
  for (const name of ['uri', 'date-time'] as const) ajv.addFormat(name, formats.default.get(name));
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []));
}

import type { Result } from '../../errors.js';

/** Why a model file cannot be served. */
export type ModelFaultCode =
  /** The file is not there, may not be read, is no regular file, or there is no room for the private copy. */
  | 'model_unreadable'
  | 'model_too_large'
  /** It is not the file whose digest was said. */
  | 'model_digest_mismatch'
  /** Its bytes are no ONNX model. */
  | 'model_not_onnx'
  /** It wants tensors from other files. */
  | 'model_external_data'
  /** It is ONNX, but uses an operator, a type or a nesting that cannot be served. */
  | 'model_unsupported'
  /** The process that loaded it died or ran out of memory. */
  | 'model_load_failed'
  | 'model_load_timeout';

/** A model's fault as a value. The message is one sentence and holds no path. */
export interface ModelFault {
  readonly code: ModelFaultCode;
  readonly message: string;
}

export function modelFault(code: ModelFaultCode, message: string): Result<never, ModelFault> & { readonly ok: false } {
  return { ok: false, error: { code, message } };
}

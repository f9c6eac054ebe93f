import { fail, type ErrorCode } from '../../errors.js';

const SENTENCES: Readonly<Partial<Record<ErrorCode, string>>> = {
  overloaded: 'too many requests are waiting for the model',
  draining: 'the model is being closed',
  not_ready: 'the model is not loaded',
  deadline_exceeded: 'the model did not answer in time',
  scorer_crashed: 'the process that runs the model died; the request may be sent again',
  quarantined: 'this request has ended the process that runs the model twice and is not run again',
  output_too_large: 'the output is larger than one request may have',
  model_refused: 'the model cannot take this input',
  model_failed: 'the model failed',
};
/** How a request ends without an answer. */
export const failure = (code: ErrorCode) => fail(code, SENTENCES[code] ?? code);

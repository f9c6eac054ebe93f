import { Pool } from 'undici';
import { durationSeconds, type ChallengerUpstreamConfig } from '@modelwatch/core';
import { fail, succeed, type ErrorCode, type Result } from '../../errors.js';
import {
  decodeInferResponse,
  encodeInferRequest,
  HEADER_LENGTH_NAME,
  parseHeaderLength,
  type InferRequest,
  type InferResponse,
} from '../open-inference/index.js';
import type { CopyScorer } from '../scorer.js';
import { ownRequest, readBounded } from './own-request.js';

/** Asks an Open Inference v2 server about copies of requests. Nothing of a request but its inputs goes there: no headers, no token, no id. */
export interface UpstreamScorer extends CopyScorer {
  get(path: string): Promise<{ readonly status: number; readonly body: string }>;
  /** Ends the connections; copies under way end as `draining`. May be called twice. */
  close(): Promise<void>;
}

export interface UpstreamScorerOptions {
  readonly config: ChallengerUpstreamConfig;
  /** Its name there unless the configuration says another. */
  readonly modelName: string;
  /** Most calls at once. */
  readonly connectionsMax: number;
}

const HEADERS_BYTES_MAX = 65_536;

export function createUpstreamScorer({ config, modelName, connectionsMax }: UpstreamScorerOptions): UpstreamScorer {
  const deadlineMilliseconds = durationSeconds(config.deadline) * 1000;
  const path = `/v2/models/${encodeURIComponent(config.model ?? modelName)}/infer`;
  const pool = new Pool(new URL(config.url).origin, {
    // One more than copies may take, so that a question after its health never waits for them.
    connections: connectionsMax + 1,
    pipelining: 1,
    maxHeaderSize: HEADERS_BYTES_MAX,
    // The deadline bounds the whole call.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4000,
    connect: { timeout: deadlineMilliseconds },
  });
  let closing: Promise<void> | undefined;

  const ask = async (request: InferRequest): Promise<Result<InferResponse>> => {
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    try {
      const { body: sent, headerLength } = encodeInferRequest(request);
      const { statusCode, headers, body } = await pool.request({
        method: 'POST',
        path,
        headers: {
          'content-type': headerLength === undefined ? 'application/json' : 'application/octet-stream',
          ...(headerLength === undefined ? {} : { [HEADER_LENGTH_NAME]: String(headerLength) }),
        },
        body: sent,
        signal,
      });
      const received = await readBounded(body as AsyncIterable<Buffer>, config.answerBytesMax);
      return statusCode === 200 ? decoded(received, headers[HEADER_LENGTH_NAME]) : refused(statusCode);
    } catch (error) {
      return fail(codeOf(error, signal, closing !== undefined), 'the server of the challenger gave no answer');
    }
  };
  return {
    outputs: [],
    score({ inputs, outputs, binaryOutputs }, done) {
      void ask({ id: undefined, inputs, outputs, binaryOutputs }).then(done);
    },
    get: (own) => ownRequest(pool, own),
    close() {
      closing ??= pool.destroy();
      return closing;
    },
  };
}

/** What it takes for no request of its own is none for it; any other refusal is its failure. */
function refused(status: number): Result<never> {
  const code = status === 400 || status === 422 ? 'model_refused' : 'upstream_invalid';
  return fail(code, `the server of the challenger answered ${status}`);
}

function decoded(body: Buffer, header: string | string[] | undefined): Result<InferResponse> {
  const headerLength = parseHeaderLength(typeof header === 'string' ? header : undefined, body.length);
  const response = headerLength.ok ? decodeInferResponse(body, { headerLength: headerLength.value }) : headerLength;
  return response.ok ? succeed({ outputs: response.value.outputs }) : fail('upstream_invalid', response.error.message);
}

function codeOf(error: unknown, { aborted }: AbortSignal, closing: boolean): ErrorCode {
  if (error instanceof RangeError) return 'output_too_large';
  if (aborted) return 'deadline_exceeded';
  return closing ? 'draining' : 'upstream_unreachable';
}

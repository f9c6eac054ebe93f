import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ErrorCode, Result } from '../errors.js';
import type { InferRequest, InferResponse } from './open-inference/messages.js';
import type { Datatype, Tensor, TensorData } from './open-inference/tensor.js';
import type { Scorer } from './scorer.js';

export interface ScorerUnderTest {
  /** Opens a scorer of a model that gives its one input `x`, FP32 [-1, 2], back as its one output `y`. */
  open(options: { readonly queueEntriesMax: number }): Promise<Scorer>;
}

export function tensor(name: string, datatype: Datatype, shape: readonly number[], data: TensorData): Tensor {
  return { name, datatype, shape, data };
}

export function requestOf(inputs: readonly Tensor[], outputs?: readonly string[]): InferRequest {
  return { id: undefined, inputs, outputs: outputs?.map((name) => ({ name, binary: false })), binaryOutputs: false };
}

export function ask(scorer: Scorer, inputs: readonly Tensor[], outputs?: readonly string[]): Promise<Result<InferResponse>> {
  return new Promise((resolve) => scorer.score(requestOf(inputs, outputs), resolve));
}

export function outputsOf(result: Result<InferResponse>): readonly Tensor[] {
  if (!result.ok) throw new Error(`expected an answer, got ${result.error.code}: ${result.error.message}`);
  return result.value.outputs;
}

export function codeOf(result: Result<InferResponse>): ErrorCode | 'answered' {
  return result.ok ? 'answered' : result.error.code;
}

const rowsOf = (values: readonly number[]) => tensor('x', 'FP32', [values.length / 2, 2], Float32Array.from(values));
const QUEUE_ENTRIES_MAX = 64;

/** What every scorer must do, whatever runs the model. */
export function testScorer(name: string, { open }: ScorerUnderTest): void {
  describe(`scorer ${name}`, () => {
    let scorer: Scorer;
    beforeAll(async () => {
      scorer = await open({ queueEntriesMax: QUEUE_ENTRIES_MAX });
    });
    afterAll(() => scorer.close());

    it('is ready and tells what the model takes and gives', () => {
      expect(scorer.ready).toBe(true);
      expect(scorer.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1, 2] }]);
      expect(scorer.outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [-1, 2] }]);
    });

    it('gives every request its own rows, in whatever company', async () => {
      const rows = fc.array(fc.tuple(fc.float(), fc.float()), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 20 }), async (requests) => {
          const results = await Promise.all(requests.map((request) => ask(scorer, [rowsOf(request.flat())])));
          results.forEach((result, i) => {
            const values = requests[i]!.flat();
            expect(outputsOf(result)).toEqual([tensor('y', 'FP32', [values.length / 2, 2], Float32Array.from(values))]);
          });
        }),
        { numRuns: 50, seed: 3 },
      );
    });

    const good = rowsOf([1, 2]);
    const misfits: readonly { readonly code: ErrorCode; readonly inputs: readonly Tensor[]; readonly outputs?: readonly string[] }[] = [
      { code: 'missing_input', inputs: [] },
      { code: 'missing_input', inputs: [{ ...good, name: 'X' }] },
      { code: 'unknown_input', inputs: [good, { ...good, name: '__proto__' }] },
      { code: 'duplicate_input', inputs: [good, good] },
      { code: 'datatype_mismatch', inputs: [tensor('x', 'FP64', [1, 2], Float64Array.of(1, 2))] },
      { code: 'shape_mismatch', inputs: [tensor('x', 'FP32', [2], Float32Array.of(1, 2))] },
      { code: 'shape_mismatch', inputs: [tensor('x', 'FP32', [2, 1], Float32Array.of(1, 2))] },
      { code: 'unknown_output', inputs: [good], outputs: ['y', 'z'] },
    ];
    it.each(misfits)('answers $code to what the model does not take, and harms nobody', async ({ code, inputs, outputs }) => {
      const [misfit, neighbour] = await Promise.all([ask(scorer, inputs, outputs), ask(scorer, [good])]);
      expect(codeOf(misfit)).toBe(code);
      expect(codeOf(neighbour)).toBe('answered');
    });

    it('gives the outputs that are asked for', async () => {
      for (const outputs of [['y'], [], undefined])
        expect(outputsOf(await ask(scorer, [good], outputs)).map((output) => output.name)).toEqual(['y']);
    });

    it('takes a request without rows', async () => {
      expect(outputsOf(await ask(scorer, [rowsOf([])]))).toEqual([tensor('y', 'FP32', [0, 2], new Float32Array(0))]);
    });

    it('sheds what does not fit its queue, and answers each request once', async () => {
      const asked = 3 * QUEUE_ENTRIES_MAX;
      const answers = new Array<number>(asked).fill(0);
      const codes: string[] = [];
      await new Promise<void>((resolve) => {
        for (let i = 0; i < asked; i++) {
          scorer.score(requestOf([rowsOf([i, -i])]), (result) => {
            answers[i]!++;
            codes.push(codeOf(result));
            if (codes.length === asked) resolve();
          });
          expect(scorer.stats().queued).toBeLessThanOrEqual(scorer.stats().queueCapacity);
        }
      });
      expect(scorer.stats()).toMatchObject({ queued: 0, queueCapacity: QUEUE_ENTRIES_MAX });
      expect(answers).toEqual(answers.map(() => 1));
      const shed = codes.filter((code) => code === 'overloaded').length;
      expect(shed).toBeGreaterThan(0);
      expect(codes.filter((code) => code === 'answered')).toHaveLength(asked - shed);
    });

    it('answers what is under way when it is closed, refuses what comes later, and may be closed twice', async () => {
      const other = await open({ queueEntriesMax: QUEUE_ENTRIES_MAX });
      const underWay = ask(other, [good]);
      const closings = [other.close(), other.close()];
      expect(['answered', 'draining']).toContain(codeOf(await underWay));
      expect(codeOf(await ask(other, [good]))).toBe('draining');
      await Promise.all(closings);
      expect(other.ready).toBe(false);
      expect(other.stats().processIds).toEqual([]);
    });
  });
}

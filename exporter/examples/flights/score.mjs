// Scores rows with an ONNX model of this example, in a process of its own: the parent sends the file and the columns, and gets the scores.
// For the tests, which compare with evaluation.json; Modelwatch itself serves models by its own children.
import { InferenceSession, Tensor } from 'onnxruntime-node';

const BATCH_ROWS = 2048;

process.once('message', async ({ model, columns }) => {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  const rows = Object.values(columns)[0].length;
  const scores = new Float64Array(rows);
  for (let start = 0; start < rows; start += BATCH_ROWS) {
    const end = Math.min(rows, start + BATCH_ROWS);
    const feeds = Object.fromEntries(
      Object.entries(columns).map(([name, column]) => {
        const values = column.slice(start, end);
        return [name, new Tensor(Array.isArray(column) ? 'string' : 'float32', values, [end - start, 1])];
      }),
    );
    const { probabilities } = await session.run(feeds, ['probabilities']);
    for (let row = start; row < end; row += 1) scores[row] = probabilities.data[(row - start) * 2 + 1];
  }
  process.send(scores, () => process.disconnect());
});

// Writes a CSV of this example again with another model's output in the column `score`: what the challenger's baseline is made from.
// Usage: node rescore.mjs <rows.csv> <model.onnx> <out.csv>
import { readFileSync, writeFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const CATEGORICAL = new Set(['carrier', 'origin', 'dest']);
const [rowsFile, modelFile, outFile] = process.argv.slice(2);

const [head, ...lines] = readFileSync(rowsFile, 'utf8').trimEnd().split('\n');
const columns = head.split(',');
const rows = lines.map((line) => line.split(','));
const session = await InferenceSession.create(modelFile, { intraOpNumThreads: 1 });
const feeds = Object.fromEntries(
  session.inputNames.map((name) => {
    const cells = rows.map((row) => row[columns.indexOf(name)]);
    const shape = [rows.length, 1];
    if (CATEGORICAL.has(name)) return [name, new Tensor('string', cells, shape)];
    return [name, new Tensor('float32', Float32Array.from(cells, (cell) => (cell === '' ? NaN : Number(cell))), shape)];
  }),
);
const { probabilities } = await session.run(feeds, ['probabilities']);
const score = columns.indexOf('score');
const scored = rows.map((row, i) => row.with(score, Number(probabilities.data[i * 2 + 1].toPrecision(9))).join(','));
writeFileSync(outFile, [head, ...scored, ''].join('\n'));

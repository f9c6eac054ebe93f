import path from 'node:path';
import { generatedFiles } from './rules/generated-files.js';
import { writeChanged } from './rules/write-changed.js';

/** `npm run generate`: writes every file that is both generated and committed. Run from exporter/dist. */
const root = path.join(import.meta.dirname, '..', '..');
for (const file of await generatedFiles(root)) {
  const { kind } = await writeChanged(file, root);
  if (kind !== 'equal') console.log(`${file.path} written`);
}

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { qualityByWeek, summer } from './quality-by-week.js';
import { FLIGHTS } from './scored-rows.js';
import { weeksPage } from './weeks-page.js';
import { weeksPicture } from './weeks-picture.js';

// Writes docs/flights-by-week.md and .svg anew: node exporter/dist/examples/flights/weeks.js
const docs = path.join(FLIGHTS, '..', '..', '..', 'docs');
const weeks = await qualityByWeek();
await writeFile(path.join(docs, 'flights-by-week.md'), weeksPage(weeks, await summer()));
await writeFile(path.join(docs, 'flights-by-week.svg'), weeksPicture(weeks));

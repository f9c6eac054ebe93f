import express from 'express';
import { serve } from './bare-server.js';
import { forkScorer } from './child-scorer.js';
import { readRow, renderScore } from './v2-row.js';

// Express with its JSON parser, and the same scorer child.
const score = await forkScorer();
const app = express();
app.post('/v2/models/boosting/infer', express.json(), (request, response) => {
  const { id, values } = readRow(request.body as Parameters<typeof readRow>[0]);
  score(values, (result) => {
    response.type('application/json').send(renderScore(id, result));
  });
});
serve(app);

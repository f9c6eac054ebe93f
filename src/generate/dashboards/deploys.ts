import { stat, view } from './panel.js';
import type { Panel } from './panel.js';
import { ofModel } from './query.js';

/** Versions as lanes, with what happened to them: a jump in another panel is first held against what was deployed. */
export const deployTimeline = (width: number): Panel =>
  view('deploy-timeline', {
    title: 'Versions and what happened to them',
    description: 'A lane a version, shaded while it is at work, with deploys, promotions, rollbacks, training jobs and incidents.',
    width,
    asked: { queryType: 'events' },
    // What has been at work since before the time of the board.
    alsoAsked: { queryType: 'versions' },
  });

/** Of the events, what a reader goes by; ids and tags are for annotations. */
export const EVENT_COLUMNS = ['time', 'end', 'kind', 'title', 'model', 'version', 'status', 'text'];

const SINCE_DEPLOY = 'Time since the latest deploy, promotion or rollback of a model';

/** How long ago a version last changed. `why` says after a colon what one sees by it. */
export const sinceDeploy = (place: { readonly width: number; readonly height?: number }, why?: string): Panel =>
  stat({
    title: 'Since the last deploy',
    description: why === undefined ? `${SINCE_DEPLOY}.` : `${SINCE_DEPLOY}: ${why}.`,
    ...place,
    unit: 's',
    expressions: [{ expr: ofModel('model:modelwatch_since_deploy_seconds'), legend: '{{model}}' }],
  });

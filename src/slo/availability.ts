import { REQUESTS_MIN, type Sli } from './sli.js';

/** Requests that neither failed by our or the upstream's fault nor were shed, of all received. A request at fault itself counts as good. */
export const availabilitySli: Sli = {
  name: 'availability',
  help: "Share of requests that neither failed by our or the upstream's fault nor were shed.",
  scope: 'version',
  mayPage: () => true,
  eventsMin: () => REQUESTS_MIN,
  events: () => ({
    kind: 'counters',
    total: [{ counter: 'modelwatch_requests_received_total' }],
    bad: [{ counter: 'modelwatch_requests_failed_total' }, { counter: 'modelwatch_requests_shed_total' }],
  }),
};

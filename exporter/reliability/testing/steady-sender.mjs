// Requests that go on in a process of their own, so that neither what they cost nor what the test does beside them is in their times: forked with
// {url, requests: [{route, body}], pauseMilliseconds} as its argument; `%i` in a body is the round. It tells {seconds} of all that was answered since it
// was last asked, Infinity for what was not, for each message, and ends when its parent does.
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const { url, requests, pauseMilliseconds } = JSON.parse(process.argv[2]);
const agent = new http.Agent({ keepAlive: true });
let seconds = [];

function send({ route, body }, round) {
  const sent = body?.replaceAll('%i', String(round));
  const headers = sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) };
  const startMilliseconds = performance.now();
  return new Promise((resolve) => {
    const ended = (answered) => resolve(answered ? (performance.now() - startMilliseconds) / 1000 : Infinity);
    const request = http.request(url + route, { method: sent === undefined ? 'GET' : 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => ended(true)).on('error', () => ended(false));
    });
    request.on('error', () => ended(false)).end(sent);
  });
}

process.on('message', () => {
  process.send({ seconds: seconds.map((value) => (value === Infinity ? null : value)) });
  seconds = [];
});
process.on('disconnect', () => process.exit());
process.send({ seconds: [] });
for (let round = 0; ; round++) {
  await pause(pauseMilliseconds);
  for (const request of requests) seconds.push(await send(request, round));
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { countText, megabytesText, millisecondsText, table } from './markdown.js';
import type { ScrapeResult } from './scrape.js';

const SECONDS_MAX = 120;

/** In a process of its own, so that nothing else has warmed or filled its heap. */
export async function scraping(): Promise<ScrapeResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('./scrape.js', import.meta.url))], {
    timeout: SECONDS_MAX * 1000,
  });
  return JSON.parse(stdout) as ScrapeResult;
}

export function scrapeReport({
  series,
  bytes,
  secondsMedian,
  secondsMax,
  secondsFirst,
  heldSecondsMax,
  heldSecondsFirst,
}: ScrapeResult): string {
  return table(
    ['series', 'text, MB', 'median ms', 'longest ms', 'loop held at most, ms', 'first ms', 'loop held in it, ms'],
    [
      [
        countText(series),
        megabytesText(bytes),
        ...[secondsMedian, secondsMax, heldSecondsMax, secondsFirst, heldSecondsFirst].map((seconds) => millisecondsText(seconds)),
      ],
    ],
  );
}

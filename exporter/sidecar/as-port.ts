import { InvalidArgumentError } from 'commander';

/** Reads the value of a `--port`. */
export function asPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be a whole number up to 65535.');
  return port;
}

import type { Baseline, BaselineEvaluation } from '@modelwatch/core';
import type { Part } from '../config/sound-part.js';
import { isNear, total, type Report } from './baseline-meaning.js';

type Evaluation = Part<BaselineEvaluation>;

/** What belongs to probabilities alone. */
const OF_PROBABILITIES = ['threshold', 'confusion', 'scores', 'calibration'] as const;

/** Sums of an evaluation agree with each other: all of them count the same rows. */
export function checkEvaluation({ evaluation }: Part<Baseline>, report: Report): void {
  if (evaluation === undefined) return;
  const { kind, rows, groundTruth } = evaluation;
  if (rows === 0) report(['evaluation', 'rows'], 'an evaluation has rows: leave it out where there are none');
  checkFiles(evaluation, report);
  for (const key of OF_PROBABILITIES) {
    // A faulty part is undefined, and its key is there.
    if (kind === 'probability' && !(key in evaluation)) report(['evaluation'], `an evaluation of probabilities needs the key "${key}"`);
    if (kind === 'regression' && key in evaluation) report(['evaluation', key], 'an evaluation of a regression has none');
  }
  checkEdges(groundTruth?.edges, ['groundTruth'], report);
  checkBins(groundTruth?.edges, groundTruth?.counts, ['groundTruth', 'counts'], report);
  checkSum(groundTruth?.counts, rows, ['groundTruth', 'counts'], report);
  if (kind === 'probability') checkProbabilities(evaluation, report);
}

function checkProbabilities({ rows, confusion, scores, calibration, groundTruth }: Evaluation, report: Report): void {
  checkSum(confusion && Object.values(confusion), rows, ['confusion'], report);
  checkSum(scores?.positive && scores.negative && [...scores.positive, ...scores.negative], rows, ['scores'], report);
  const positives = scores?.positive?.includes(undefined) === false ? total(scores.positive) : undefined;
  const { truePositive, falseNegative } = confusion ?? {};
  if (
    positives !== undefined &&
    truePositive !== undefined &&
    falseNegative !== undefined &&
    !isNear(truePositive + falseNegative, positives)
  )
    report(['evaluation', 'confusion'], `${positives} scores came true, got ${truePositive + falseNegative} in the confusion`);
  const came = groundTruth?.counts?.length === 2 ? groundTruth.counts[1] : undefined;
  if (groundTruth?.edges !== undefined && (groundTruth.edges.length !== 1 || groundTruth.edges[0] !== 0))
    report(['evaluation', 'groundTruth', 'edges'], 'ground truth of probabilities has the one edge 0');
  else if (came !== undefined && positives !== undefined && !isNear(came, positives))
    report(['evaluation', 'groundTruth', 'counts'], `${positives} scores came true, got ${came}`);
  checkCalibration(calibration, rows, positives, report);
}

function checkCalibration(
  calibration: Evaluation['calibration'],
  rows: number | undefined,
  positives: number | undefined,
  report: Report,
): void {
  const { edges, counts } = calibration ?? {};
  checkEdges(edges, ['calibration'], report);
  for (const key of ['counts', 'scores', 'positives'] as const) checkBins(edges, calibration?.[key], ['calibration', key], report);
  checkSum(counts, rows, ['calibration', 'counts'], report);
  checkSum(calibration?.positives, positives, ['calibration', 'positives'], report, 'scores that came true');
  counts?.forEach((count, bin) => {
    const [score, positive] = [calibration?.scores?.[bin], calibration?.positives?.[bin]];
    if (count === undefined) return;
    if (positive !== undefined && positive > count && !isNear(positive, count))
      report(['evaluation', 'calibration', 'positives', bin], `at most the ${count} scores of the bin came true, got ${positive}`);
    const [low, high] = [bin === 0 ? 0 : edges?.[bin - 1], edges !== undefined && bin === edges.length ? 1 : edges?.[bin]];
    if (score === undefined || low === undefined || high === undefined) return;
    if ((score < low * count && !isNear(score, low * count)) || (score > high * count && !isNear(score, high * count)))
      report(
        ['evaluation', 'calibration', 'scores', bin],
        `${count} scores of the bin sum to ${rounded(low * count)}..${rounded(high * count)}, got ${score}`,
      );
  });
}

const rounded = (value: number): number => Number(value.toPrecision(9));

function checkFiles({ rows, files }: Evaluation, report: Report): void {
  if (rows === undefined || files === undefined || files.length === 0 || files.some((file) => file?.rows === undefined)) return;
  // Rows without an output or without ground truth are not judged.
  const sum = total(files.map((file) => file?.rows));
  if (rows > sum) report(['evaluation', 'rows'], `the files hold ${sum} rows together, got ${rows}`);
}

function checkEdges(edges: readonly (number | undefined)[] | undefined, at: readonly string[], report: Report): void {
  edges?.forEach((edge, index) => {
    const before = index === 0 ? undefined : edges[index - 1];
    if (edge !== undefined && before !== undefined && edge <= before)
      report(['evaluation', ...at, 'edges', index], `edges ascend and differ, got ${edge} after ${before}`);
  });
}

function checkBins(
  edges: readonly unknown[] | undefined,
  bins: readonly unknown[] | undefined,
  at: readonly string[],
  report: Report,
): void {
  if (edges !== undefined && bins !== undefined && bins.length !== edges.length + 1)
    report(['evaluation', ...at], `${edges.length} edges make ${edges.length + 1} bins, got ${bins.length}`);
}

function checkSum(
  counts: readonly (number | undefined)[] | undefined,
  wanted: number | undefined,
  at: readonly string[],
  report: Report,
  of = 'rows of the evaluation',
): void {
  if (counts === undefined || wanted === undefined || counts.includes(undefined)) return;
  if (!isNear(total(counts), wanted)) report(['evaluation', ...at], `the counts add up to the ${wanted} ${of}, got ${total(counts)}`);
}

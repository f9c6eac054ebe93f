"""Prints how far estimates are from the truth, by how the calibration was made: the table in docs/quality/estimated-quality.md.

pip install -r src/quality/estimate/golden.requirements.txt
python src/quality/estimate/compare_calibrations.py
"""

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

REPETITIONS, REFERENCE_ROWS, LATER_ROWS, IN_TAIL_MIN = 40, 5000, 20_000, 25
random = np.random.default_rng(20261125)


def logistic(x):
    return 1 / (1 + np.exp(-x))


# By name: the spread of the log odds, their mean, the score that the model makes of them, and the threshold. Later scores drift up by 0.7.
WORLDS = {
    "too sharp": (1.5, -1, lambda x: logistic(2.5 * x), 0.5),
    "too flat": (1.5, -1, lambda x: logistic(0.3 * x), 0.5),
    "right, mostly sure": (2.5, -1, logistic, 0.5),
    "rare positives, drifting into the tail": (1.2, -4.5, lambda x: logistic(x - 0.5), 0.05),
}


def of_bins(scores, truths, shares):
    edges = np.unique(np.quantile(scores, shares, method="inverted_cdf"))
    bins = np.searchsorted(edges, scores)
    count, score, positive = (np.bincount(bins, w, len(edges) + 1) for w in (np.ones(len(scores)), scores, truths))
    filled = count > 0
    regression = IsotonicRegression(out_of_bounds="clip")
    return regression.fit(score[filled] / count[filled], positive[filled] / count[filled], sample_weight=count[filled]).predict


def quantiles(bins):
    return lambda scores, truths: of_bins(scores, truths, np.arange(1, bins) / bins)


def with_tails(bins):
    def fit(scores, truths):
        shares, tail = list(np.arange(1, bins) / bins), 1 / bins / 2
        while len(scores) * tail >= IN_TAIL_MIN:
            shares += [tail, 1 - tail]
            tail /= 2
        return of_bins(scores, truths, shares)

    return fit


def equal_width(bins):
    def fit(scores, truths):
        inner = np.arange(1, bins) / bins
        return of_bins(scores, truths, [np.mean(scores <= edge) for edge in inner if 0 < np.mean(scores <= edge) < 1])

    return fit


WAYS = {
    "none: scores as they are": lambda scores, truths: lambda later: later,
    "rows, isotonic (NannyML)": lambda scores, truths: IsotonicRegression(out_of_bounds="clip").fit(scores, truths).predict,
    "20 bins of equal width": equal_width(20),
    "20 quantiles": quantiles(20),
    "50 quantiles": quantiles(50),
    "20 quantiles, tails halved on": with_tails(20),
}


def estimates(scores, chances, threshold):
    positive = scores >= threshold
    accuracy = np.mean(np.where(positive, chances, 1 - chances))
    f1 = 2 * chances[positive].sum() / (positive.sum() + chances.sum())
    auc = roc_auc_score(np.repeat([1, 0], len(scores)), np.tile(scores, 2), sample_weight=np.r_[chances, 1 - chances])
    return accuracy, f1, auc


for world, (spread, mean, score_of, threshold) in WORLDS.items():
    errors = {way: [] for way in WAYS}
    for _ in range(REPETITIONS):
        logit, later = random.normal(mean, spread, REFERENCE_ROWS), random.normal(mean + 0.7, spread, LATER_ROWS)
        truths, scores = (random.random(REFERENCE_ROWS) < logistic(logit)).astype(float), score_of(later)
        truth = np.array(estimates(scores, logistic(later), threshold))
        for way, fit in WAYS.items():
            errors[way].append(np.array(estimates(scores, fit(score_of(logit), truths)(scores), threshold)) - truth)
    print(world)
    for way, differences in errors.items():
        print(f"  {way:32}", *(f"{error:.4f}" for error in np.sqrt(np.mean(np.square(differences), axis=0))))

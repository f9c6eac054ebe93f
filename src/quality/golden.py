"""Makes <metric>.golden.json from scikit-learn and MAPIE. Needed only to make them again.

pip install scikit-learn==1.7.2 scipy==1.17.1 numpy==2.4.6 && pip install --no-deps mapie==1.1.0
python src/quality/golden.py
"""

import json
import pathlib

import mapie
import numpy as np
import sklearn
from mapie.metrics.calibration import expected_calibration_error
from sklearn import metrics
from sklearn.calibration import calibration_curve

HERE = pathlib.Path(__file__).parent
SCORE_BINS, CALIBRATION_BINS = 50, 10
random = np.random.default_rng(20261124)


def columns(pairs):
    """(estimate, truth, weight) triples as arrays; weights are whole numbers."""
    estimate, truth, weight = (np.array(column, dtype=float) for column in zip(*pairs))
    return estimate, truth, weight.astype(int)


def spread(pairs):
    """The same without weights: each pair as often as its weight says."""
    estimate, truth, weight = columns(pairs)
    return np.repeat(estimate, weight), np.repeat(truth, weight)


def expected_calibration(pairs):
    """By scikit-learn's bins; MAPIE has a bin more, for exactly 0, and must agree where no score is 0."""
    score, truth = spread(pairs)
    of_truth, of_score = calibration_curve(truth, score, n_bins=CALIBRATION_BINS)
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1], score))
    error = np.sum(np.abs(of_truth - of_score) * counts[counts > 0]) / len(score)
    if np.all(score > 0):
        assert abs(error - expected_calibration_error(truth.astype(int), score, num_bins=CALIBRATION_BINS + 1, split_strategy="uniform")) < 1e-12
    return error


def by_bin(pairs):
    """AUC of the scores' bins: what bins can know."""
    score, truth, weight = columns(pairs)
    return metrics.roc_auc_score(truth, np.maximum(np.ceil(np.round(score * SCORE_BINS, 9)), 1), sample_weight=weight)


def scored(count, sharpness, decimals=6):
    """Scores that are right, or too sharp, or too flat, with what came true."""
    logit = random.normal(-1, 1.5, count)
    truth = random.random(count) < 1 / (1 + np.exp(-logit))
    score = np.round(1 / (1 + np.exp(-logit * sharpness)), decimals)
    return [[float(s), int(t), int(w)] for s, t, w in zip(score, truth, random.integers(1, 40, count))]


def estimated(count, spread_of, offset):
    truth = random.normal(50, 20, count)
    estimate = truth + random.normal(offset, spread_of, count)
    return [[round(float(e), 6), round(float(t), 6), int(w)] for e, t, w in zip(estimate, truth, random.integers(1, 40, count))]


CONFUSIONS = [[80, 20, 880, 20], [90, 20, 880, 30], [100, 0, 400, 0], [1, 199, 300, 150], [0, 120, 50, 130], [12345, 678, 91011, 121], [7000, 1, 2, 3]]
SCORED = {
    "calibrated": scored(120, 1),
    "too sharp": scored(120, 2.5),
    "too flat": scored(120, 0.3),
    "on the edges of bins": [[k / 10, t, 60 + k * (3 * t + 1)] for k in range(11) for t in (0, 1)],
    "hundredths": scored(150, 1, decimals=2),
    "sure and right, sure and wrong": [[1, 1, 900], [0, 0, 900], [1, 0, 3], [0, 1, 7]],
    "always a half": [[0.5, 1, 600], [0.5, 0, 900]],
}
ESTIMATED = {
    "unbiased": estimated(60, 5, 0),
    "too high": estimated(60, 5, 8),
    "too low, with an outlier": [*estimated(60, 2, -3), [1e6, 0, 1]],
    "far from 0": [[1e9 + e, 1e9 + t, w] for e, t, w in estimated(40, 3, 0)],
    "right": [[k, k, 10] for k in range(-10, 10)],
}


def of_confusion(measure):
    for tp, fp, tn, fn in CONFUSIONS:
        truth = np.repeat([1, 0, 0, 1], [tp, fp, tn, fn])
        predicted = np.repeat([1, 1, 0, 0], [tp, fp, tn, fn])
        counts = {"truePositive": tp, "falsePositive": fp, "trueNegative": tn, "falseNegative": fn}
        yield {"name": f"{tp}, {fp}, {tn}, {fn}", "confusion": counts, "value": float(measure(truth, predicted))}


def of_pairs(cases, measure):
    for name, pairs in cases.items():
        yield {"name": name, "pairs": pairs, "value": float(measure(pairs))}


def weighted(measure, **options):
    def measured(pairs):
        estimate, truth, weight = columns(pairs)
        return measure(truth, estimate, sample_weight=weight, **options)

    return measured


GOLDEN = {
    "accuracy": of_confusion(metrics.accuracy_score),
    "precision": of_confusion(metrics.precision_score),
    "recall": of_confusion(metrics.recall_score),
    "f1": of_confusion(metrics.f1_score),
    "auc": ({**case, "exact": float(weighted(metrics.roc_auc_score)(case["pairs"]))} for case in of_pairs(SCORED, by_bin)),
    "log-loss": of_pairs(SCORED, weighted(metrics.log_loss)),
    "brier": of_pairs(SCORED, weighted(metrics.brier_score_loss)),
    "expected-calibration-error": of_pairs(SCORED, expected_calibration),
    "mae": of_pairs(ESTIMATED, weighted(metrics.mean_absolute_error)),
    "rmse": of_pairs(ESTIMATED, weighted(metrics.root_mean_squared_error)),
    "bias": of_pairs(ESTIMATED, lambda pairs: np.average(columns(pairs)[0] - columns(pairs)[1], weights=columns(pairs)[2])),
}

for name, cases in GOLDEN.items():
    source = f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, MAPIE {mapie.__version__}"
    head = json.dumps({"source": source, "command": "python src/quality/golden.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

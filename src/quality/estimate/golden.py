"""Makes <unit>.golden.json of estimated quality, intervals and prediction skew from NannyML, scikit-learn and statsmodels. Needed only to make
them again.

pip install -r src/quality/estimate/golden.requirements.txt
python src/quality/estimate/golden.py
"""

import importlib.metadata
import json
import os
import pathlib

# NannyML reports its use to its makers unless it is told not to before it is imported.
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml
import numpy as np
import pandas as pd
from confidenceinterval.delong import delong_roc_variance
from nannyml.calibration import Calibrator
from scipy.stats import rankdata
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

HERE = pathlib.Path(__file__).parent
THRESHOLD, SCORE_BINS = 0.5, 50
QUANTILES, IN_TAIL_MIN = 20, 25
METRICS = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "f1", "auc": "roc_auc"}
random = np.random.default_rng(20261125)


def numbers(array):
    return np.asarray(array, dtype=float).tolist()


def logistic(x):
    return 1 / (1 + np.exp(-x))


# Calibration
def edges_of(scores):
    """At quantiles, with the tails halved on; the quantiles are order statistics."""
    distinct = np.unique(scores)
    if len(distinct) <= QUANTILES:
        return distinct[:-1]
    shares, tail = list(np.arange(1, QUANTILES) / QUANTILES), 1 / QUANTILES / 2
    while len(scores) * tail >= IN_TAIL_MIN:
        shares += [tail, 1 - tail]
        tail /= 2
    edges = np.unique(np.quantile(scores, shares, method="inverted_cdf"))
    return edges[edges < distinct[-1]]


class OfBins(Calibrator):
    """scikit-learn's isotonic regression, of the mean score and the share of positives of each bin."""

    def fit(self, scores, truths, *args, **kwargs):
        scores, truths = np.asarray(scores), np.asarray(truths)
        self.edges = edges_of(scores)
        bins = np.searchsorted(self.edges, scores)
        count, score, positive = (np.bincount(bins, w, len(self.edges) + 1) for w in (np.ones(len(scores)), scores, truths))
        filled = count > 0
        self.regression = IsotonicRegression(out_of_bounds="clip")
        self.regression.fit(score[filled] / count[filled], positive[filled] / count[filled], sample_weight=count[filled])

    def calibrate(self, scores, *args, **kwargs):
        return self.regression.predict(np.asarray(scores))


def worlds():
    """Reference and later scores, with the truth of the reference."""
    for name, score, rows, later in [
        ("too sharp", lambda logit: logistic(2.5 * logit), 2000, 500),
        ("too flat", lambda logit: logistic(0.3 * logit), 1200, 400),
        ("rare positives", lambda logit: logistic(1.7 * logit - 2), 2500, 1000),
        ("twenty scores", lambda logit: np.clip(np.round(logistic(2 * logit) * 20) / 20, 0.05, 1), 3000, 1500),
    ]:
        logit = random.normal(-1, 1.5, rows)
        shifted = random.normal(-0.3, 1.4, later)
        truth = (random.random(rows) < logistic(logit)).astype(int)
        yield name, np.round(score(logit), 4), truth, np.round(score(shifted), 4)


def cbpe(scores, truths, later, calibrator):
    frame = lambda s: pd.DataFrame({"score": s, "predicted": (s >= THRESHOLD).astype(int)})
    options = {} if calibrator is None else {"calibrator": calibrator}
    estimator = nannyml.CBPE(
        metrics=list(METRICS.values()), y_pred_proba="score", y_pred="predicted", y_true="truth", problem_type="classification_binary", chunk_number=1, **options
    )
    estimator.fit(frame(scores).assign(truth=truths))
    assert estimator.needs_calibration
    result = estimator.estimate(frame(later)).filter(period="analysis").to_df()
    return {ours: float(result[(theirs, "value")].iloc[0]) for ours, theirs in METRICS.items()}


def expected(scores, probabilities):
    """scikit-learn's metrics with each prediction counted as true with its probability, and as not true with the rest."""
    truth = np.repeat([1, 0], len(scores))
    both, weight = np.tile(scores, 2), np.r_[probabilities, 1 - probabilities]
    predicted = (both >= THRESHOLD).astype(int)
    bins = np.maximum(np.ceil(np.round(both * SCORE_BINS, 9)), 1)
    values = {
        "accuracy": metrics.accuracy_score(truth, predicted, sample_weight=weight),
        "precision": metrics.precision_score(truth, predicted, sample_weight=weight),
        "recall": metrics.recall_score(truth, predicted, sample_weight=weight),
        "f1": metrics.f1_score(truth, predicted, sample_weight=weight),
        "auc": metrics.roc_auc_score(truth, bins, sample_weight=weight),
        "aucOfRows": metrics.roc_auc_score(truth, both, sample_weight=weight),
    }
    return {name: float(value) for name, value in values.items()}


def estimates():
    for name, scores, truths, later in worlds():
        calibrator, exact = OfBins(), IsotonicRegression(out_of_bounds="clip").fit(scores, truths)
        nannyml_of_bins = cbpe(scores, truths, later, calibrator)
        probes = np.unique(np.r_[0, 1, np.round(random.random(40), 3), scores[:40]])
        yield {
            "name": name,
            "reference": {"scores": numbers(scores), "truths": truths.tolist()},
            "edges": numbers(calibrator.edges),
            "calibrator": {"scores": numbers(calibrator.regression.X_thresholds_), "shares": numbers(calibrator.regression.y_thresholds_)},
            "probes": numbers(probes),
            "probabilities": numbers(calibrator.calibrate(probes)),
            "probabilitiesOfRows": numbers(exact.predict(probes)),
            "later": numbers(later),
            "expected": expected(later, calibrator.calibrate(later)),
            "nannyml": nannyml_of_bins,
            "nannymlOfRows": cbpe(scores, truths, later, None),
        }


# Intervals
CONFIDENCES = (0.8, 0.95, 0.999)
CONFUSIONS = [[80, 20, 880, 120], [150, 0, 850, 0], [0, 200, 300, 150], [12345, 678, 91011, 121]]


def confusions():
    for tp, fp, tn, fn in CONFUSIONS:
        shares = {"accuracy": (tp + tn, tp + fp + tn + fn), "precision": (tp, tp + fp), "recall": (tp, tp + fn), "f1": (tp, tp + fp + fn)}
        for confidence in CONFIDENCES:
            bounds = {metric: np.clip(proportion_confint(k, n, alpha=1 - confidence, method="wilson"), 0, 1) for metric, (k, n) in shares.items()}
            bounds["f1"] = 2 * bounds["f1"] / (1 + bounds["f1"])
            yield {
                "confusion": {"truePositive": tp, "falsePositive": fp, "trueNegative": tn, "falseNegative": fn},
                "confidence": confidence,
                "bounds": {metric: numbers(bound) for metric, bound in bounds.items()},
            }


def variance_of_auc(truth, score):
    """DeLong's variance by midranks; float64, where confidenceinterval has float32."""
    positive, negative = score[truth == 1], score[truth == 0]
    ranks = rankdata(np.r_[positive, negative])
    above = (ranks[: len(positive)] - rankdata(positive)) / len(negative)
    below = 1 - (ranks[len(positive) :] - rankdata(negative)) / len(positive)
    variance = np.var(above, ddof=1) / len(positive) + np.var(below, ddof=1) / len(negative)
    assert abs(variance - delong_roc_variance(truth == 1, score)[1]) <= 1e-5 * variance + 1e-12
    return float(np.mean(above)), float(variance)


def areas():
    logit = random.normal(-1, 1.5, 700)
    truth = (random.random(700) < logistic(logit)).astype(int)
    cases = {"good": logistic(2 * logit), "chance": random.random(700), "in few bins": np.round(logistic(logit), 1), "worse than chance": logistic(-logit), "one pair out of order": np.where(truth == 1, 0.9, 0.1)}
    cases["one pair out of order"][np.argmax(truth)] = 0.1
    cases["perfect"] = np.where(truth == 1, 0.9, 0.1)
    for name, score in cases.items():
        score = np.clip(np.round(score, 4), 0.0001, 1)
        bins = np.ceil(np.round(score * SCORE_BINS, 9))
        area, variance = variance_of_auc(truth, bins)
        rarer = min(truth.sum(), len(truth) - truth.sum())
        count = max(rarer, area * (1 - area) / variance) if variance > 0 else rarer
        half = np.array([-0.5, 0.5]) / count
        yield {
            "name": name,
            "scores": numbers(score),
            "truths": truth.tolist(),
            "value": area,
            "variance": variance,
            "bounds": [{"confidence": c, "auc": numbers(np.clip(proportion_confint(area * count, count, alpha=1 - c, method="wilson") + half, 0, 1))} for c in CONFIDENCES],
        }


def errors():
    for spread, offset in [(5, 0), (2, -3), (1, 40)]:
        error = np.round(random.normal(offset, spread, 150), 6)
        for confidence in CONFIDENCES:
            bounds = {name: numbers(DescrStatsW(values).zconfint_mean(alpha=1 - confidence)) for name, values in (("bias", error), ("mae", np.abs(error)))}
            yield {"errors": numbers(error), "confidence": confidence, "bounds": bounds}


def skews():
    for (a, n), (b, m) in [((870, 1000), (9100, 10000)), ((100, 100), (998, 1000)), ((60, 120), (300, 500))]:
        for confidence in CONFIDENCES:
            bounds = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff", alpha=1 - confidence)
            yield {"live": [a, n], "recorded": [b, m], "confidence": confidence, "value": a / n - b / m, "bounds": numbers(bounds)}


class Given:
    """Stands for the model that NannyML fits to errors: says what a column holds."""

    def __init__(self, column):
        self.column = column

    def predict(self, X):
        return X[self.column].to_numpy()


def estimated_errors():
    """Direct loss estimation of NannyML, its error model exchanged for given estimates."""
    for name, shift, count in [("usual", 3, 400), ("some below 0", 0.5, 300), ("least count", 3, 100)]:
        absolute = np.round(random.normal(shift, 1, count), 6)
        squared = np.round(random.normal(shift**2, 2, count), 6)
        rows = pd.DataFrame({"absolute": absolute, "squared": squared, "predicted": random.normal(size=count)})
        rows["truth"] = rows["predicted"] + random.normal(size=count)
        estimator = nannyml.DLE(feature_column_names=["absolute", "squared"], y_pred="predicted", y_true="truth", metrics=["mae", "rmse"], chunk_number=1)
        estimator.fit(rows)
        for metric, column in zip(estimator.metrics, ["absolute", "squared"]):
            metric._dee_model = Given(column)
        found = estimator.estimate(rows).filter(period="analysis").to_df()
        yield {"name": name, "absolute": numbers(absolute), "squared": numbers(squared), "nannyml": {m: float(found[m]["value"].iloc[0]) for m in ("mae", "rmse")}}


versions = {name: importlib.metadata.version(name) for name in ("nannyml", "scikit-learn", "scipy", "statsmodels", "confidenceinterval", "numpy")}
SOURCE = ", ".join(f"{name} {version}" for name, version in versions.items())
GOLDEN = {
    "quality-estimates": estimates(),
    "quality-intervals": [{"confusions": list(confusions()), "areas": list(areas()), "errors": list(errors())}],
    "prediction-skew": skews(),
    "error-estimates": estimated_errors(),
}
for name, cases in GOLDEN.items():
    head = json.dumps({"source": SOURCE, "command": "python src/quality/estimate/golden.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

"""Makes training.golden.json: what the baseline of the flights' training data must hold, and the quality of their held-out data, by NumPy and scikit-learn.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1 && venv/bin/python golden.py
"""

import csv
import json
import platform
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve

HERE = Path(__file__).parent
CATEGORICAL = ["carrier", "origin", "dest"]
IGNORED = ["id", "time", "ground_truth_time", "late"]
BINS, CATEGORIES = 10, 20

with open(HERE / "../../examples/flights/training.csv", newline="") as file:
    rows = list(csv.DictReader(file))
with open(HERE / "../../examples/flights/held-out.csv", newline="") as file:
    held_out = list(csv.DictReader(file))


def numbers(name, of=None):
    return np.array([float(row[name]) if row[name] else np.nan for row in of or rows])


def numeric(name):
    column = numbers(name)
    values = column[~np.isnan(column)]
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        edges = distinct[:-1]
    else:
        quantiles = np.quantile(values, np.arange(1, BINS) / BINS, method="inverted_cdf")
        edges = np.unique(np.minimum(quantiles, distinct[-2]))
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return {
        "name": name,
        "edges": edges.tolist(),
        "next": distinct[np.searchsorted(distinct, edges, side="right")].tolist(),
        "counts": counts.tolist(),
        "missing": int(np.isnan(column).sum()),
        "moments": {
            "count": len(values),
            "mean": float(values.mean()),
            "m2": float(values.var() * len(values)),
            "min": float(values.min()),
            "max": float(values.max()),
        },
    }


def categorical(name):
    values, counts = np.unique([row[name] for row in rows if row[name]], return_counts=True)
    order = np.lexsort((values, -counts))
    top, others = order[:CATEGORIES], order[CATEGORIES:]
    return {
        "name": name,
        "categories": values[top].tolist(),
        "known": sorted(values[others].tolist()),
        "counts": [*counts[top].tolist(), int(counts[others].sum()), 0],
        "missing": sum(row[name] == "" for row in rows),
    }


def quality():
    truth, score = numbers("late", held_out), numbers("score", held_out)
    predicted = score >= 0.5
    of_truth, of_score = calibration_curve(truth, score, n_bins=10)
    in_bin = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], score))
    return {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "precision": metrics.precision_score(truth, predicted),
        "recall": metrics.recall_score(truth, predicted),
        "f1": metrics.f1_score(truth, predicted),
        "auc": metrics.roc_auc_score(truth, score),
        "log-loss": metrics.log_loss(truth, score),
        "brier": metrics.brier_score_loss(truth, score),
        "expected-calibration-error": np.sum(np.abs(of_truth - of_score) * in_bin[in_bin > 0]) / len(score),
        "mae": metrics.mean_absolute_error(truth, score),
        "rmse": metrics.root_mean_squared_error(truth, score),
        "bias": np.mean(score - truth),
    }


golden = {
    "source": f"NumPy {np.__version__}, scikit-learn {sklearn.__version__}, Python {platform.python_version()}",
    "command": "python golden.py",
    "cases": {
        "numeric": [numeric(name) for name in rows[0] if name not in [*IGNORED, *CATEGORICAL]],
        "categorical": [categorical(name) for name in CATEGORICAL],
        "quality": {name: float(value) for name, value in quality().items()},
    },
}
(HERE / "training.golden.json").write_text(json.dumps(golden, indent=1) + "\n")

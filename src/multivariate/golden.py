"""Makes reconstruction-error.golden.json and domain-classifier.golden.json from NannyML and scikit-learn. Needed only to make them again.

pip install -r src/multivariate/golden.requirements.txt
python src/multivariate/golden.py
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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

HERE = pathlib.Path(__file__).parent
FOLDS, PRODUCTS, CATEGORIES, DEVIATIONS = 5, 10, 10, 5
random = np.random.default_rng(20261125)


def listed(values):
    return [None if value is None or (isinstance(value, float) and np.isnan(value)) else value for value in pd.Series(values, dtype=object).tolist()]


def columns_of(frame):
    return [listed(frame[name]) for name in frame.columns]


def kinds_of(frame):
    return [{"name": name, "kind": "categorical" if frame[name].dtype == object else "numeric"} for name in frame.columns]


def with_missing(frame, share, names):
    for name in names:
        frame.loc[random.random(len(frame)) < share, name] = np.nan
    return frame


def numbers(rows, drift=0.0):
    """Six features of which three go together, more loosely with drift."""
    base = random.normal(size=(rows, 2))
    x = np.hstack([base, random.normal(size=(rows, 4))])
    x[:, 2] = base[:, 0] - (1 - drift) * base[:, 1] + 0.3 * x[:, 2]
    return pd.DataFrame(np.round(x * [1, 20, 3, 0.01, 5, 1] + [0, 100, -4, 0, 1e4, 2], 5), columns=list("abcdef"))


def mixed(rows, drift=0.0):
    frame = numbers(rows, drift)[["a", "b", "c"]]
    carriers = random.choice(["UA", "B6", "EV", "DL", "HA"], rows, p=[0.35, 0.3, 0.2, 0.14, 0.01])
    frame.insert(1, "carrier", np.where(random.random(rows) < drift / 3, "ZZ", carriers))
    frame["origin"] = np.where(frame["a"] + random.normal(size=rows) > 0, "JFK", "EWR")
    return with_missing(frame, 0.06, ["a", "c", "carrier"])


# The same in the order of NannyML, which sorts neither rows nor features.
RECONSTRUCTIONS = [
    ("numbers", numbers(300), numbers(120, 0.8), 30),
    ("numbers and categories with missing values", mixed(300), mixed(120, 0.8), 30),
    ("a constant and a copy", numbers(200).assign(d=7.0, e=lambda f: f["a"] * 2 - 1), numbers(60, 0.3).assign(d=8.5, e=lambda f: f["a"] * 2 - 1), 20),
]


def reconstructions():
    for name, reference, current, chunk in RECONSTRUCTIONS:
        calculator = nannyml.DataReconstructionDriftCalculator(column_names=list(reference.columns), chunk_size=chunk)
        calculator.fit(reference.copy())
        frame = calculator.calculate(current.copy()).to_df()
        of = lambda period, column: frame[frame["chunk"]["period"] == period]["reconstruction_error"][column].tolist()
        pca, scaler = calculator._pca, calculator._scaler
        yield {
            "name": name,
            "features": kinds_of(reference),
            "reference": columns_of(reference),
            "current": columns_of(current),
            "chunkRows": chunk,
            "components": pca.components_.tolist(),
            "varianceRatio": float(pca.explained_variance_ratio_.sum()),
            "means": scaler.mean_.tolist(),
            "scales": scaler.scale_.tolist(),
            "referenceErrors": of("reference", "value"),
            "currentErrors": of("analysis", "value"),
            "lower": calculator.lower_threshold_value,
            "upper": calculator.upper_threshold_value,
        }


# Domain classifier, from its definition, fitted by scikit-learn.
def domain_columns(reference, current):
    both = pd.concat([reference, current], ignore_index=True)
    columns = []
    for name in both.columns:
        missing = both[name].isna().to_numpy()
        if both[name].dtype == object:
            counts = both[name].value_counts()
            for category in sorted(counts.index, key=lambda c: (-counts[c], c))[:CATEGORIES]:
                columns.append((False, (both[name] == category).to_numpy(float)))
        else:
            columns.append((True, both[name].fillna(both[name].mean()).to_numpy(float)))
        if missing.any():
            columns.append((False, missing.astype(float)))
    return columns


class Standard:
    def __init__(self, values, within=np.inf):
        self.mean, self.deviation, self.within = values.mean(), values.std(), within

    def __call__(self, values):
        return np.clip((values - self.mean) / self.deviation, -self.within, self.within)


def design(columns, classes, training):
    """Standardised terms of all rows, learned from the training rows."""
    learn = lambda values, within=np.inf: Standard(values[training], within)(values)
    factors, squares = [], []
    for index, (is_number, values) in enumerate(columns):
        number = learn(values, DEVIATIONS)
        factors.append((index, number))
        if is_number:
            factors.append((index, learn(np.abs(number))))
            squares.append(learn(number**2))
    ones, zeros = training & (classes == 1), training & (classes == 0)
    pairs = [
        (abs(np.mean((a * b)[ones]) - np.mean((a * b)[zeros])), learn(a * b))
        for i, (column_a, a) in enumerate(factors)
        for column_b, b in factors[:i]
        if column_a != column_b
    ]
    products = [column for _, column in sorted(pairs, key=lambda pair: -pair[0])[:PRODUCTS]]
    return np.column_stack([column for _, column in factors] + squares + products)


def classifiers():
    later = lambda frame: frame.assign(b=frame["b"] * 1.3)
    for name, reference, current in [
        ("no drift", numbers(240), numbers(160)),
        ("features that go together more loosely", numbers(200), numbers(200, 0.8)),
        ("a feature in another unit", numbers(150), later(numbers(250))),
        ("categories and missing values", mixed(220), mixed(180, 0.9)),
    ]:
        columns = domain_columns(reference, current)
        classes = np.r_[np.zeros(len(reference)), np.ones(len(current))].astype(int)
        folds = np.empty(len(classes), dtype=int)
        for of in (0, 1):
            rows = random.permutation(np.flatnonzero(classes == of))
            folds[rows] = np.arange(len(rows)) % FOLDS
        fitted = []
        for fold in range(FOLDS):
            training = folds != fold
            x = design(columns, classes, training)
            model = LogisticRegression(C=1, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(x[training], classes[training])
            area = roc_auc_score(classes[~training], model.decision_function(x[~training]))
            fitted.append({"intercept": float(model.intercept_[0]), "coefficients": model.coef_[0].tolist(), "area": float(area)})
        yield {
            "name": name,
            "features": kinds_of(reference),
            "reference": columns_of(reference),
            "current": columns_of(current),
            "folds": folds.tolist(),
            "fitted": fitted,
        }


SOURCE = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("nannyml", "scikit-learn", "numpy", "pandas"))
for name, cases in {"reconstruction-error": reconstructions(), "domain-classifier": classifiers()}.items():
    head = json.dumps({"source": SOURCE, "command": "python src/multivariate/golden.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

"""Makes the golden values of isotonic regression, eigenvalues, logistic regression and intervals. Needed only to make them again.

pip install scikit-learn==1.7.2 scipy==1.17.1 numpy==2.4.6 statsmodels==0.15.0
python src/math/golden_models.py
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
import statsmodels
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20261125)


def numbers(array):
    return np.asarray(array, dtype=float).tolist()


def isotonic():
    noisy = [np.round(np.sort(random.normal(size=n)) + random.normal(size=n) * noise, 6) for n, noise in [(1, 0), (2, 5), (40, 0.1), (40, 1), (200, 3)]]
    for values in [*noisy, np.arange(9)[::-1] / 10, np.repeat([0.3, 0.1, 0.7, 0.7], 3)]:
        for weights in (np.ones(len(values)), np.round(random.uniform(0.1, 30, len(values)), 3)):
            yield {"values": numbers(values), "weights": numbers(weights), "fitted": numbers(isotonic_regression(values, sample_weight=weights))}


def eigen():
    """Eigenvalues and projectors: of a vector and its negative, and of any basis where values are equal, the projector is one."""
    rows = np.round(random.normal(size=(60, 8)) @ random.normal(size=(8, 8)), 4)
    matrices = {
        "one number": [[-2.5]],
        "two rows": [[2, 1], [1, 2]],
        "diagonal": np.diag([3, -1, 4, 1.5, -5]),
        "zero": np.zeros((4, 4)),
        "equal eigenvalues": np.eye(5) + np.ones((5, 5)),
        "correlation": np.corrcoef(rows.T),
        "covariance of few rows": np.cov(rows[:4].T),
        "tridiagonal": np.diag(np.full(9, 2.0)) + np.diag(np.full(8, -1.0), 1) + np.diag(np.full(8, -1.0), -1),
        "far apart": np.diag([1e8, 1, 1e-8]) + 1e-9 * np.ones((3, 3)),
        "of 30 rows": (lambda a: np.round(a + a.T, 5))(random.normal(size=(30, 30))),
    }
    for name, matrix in matrices.items():
        matrix = np.asarray(matrix, dtype=float)
        values, vectors = np.linalg.eigh(matrix)
        values, vectors = values[::-1], vectors[:, ::-1]
        # The space of the greatest eigenvalues, cut where two of them are clearly apart.
        gaps = values[:-1] - values[1:]
        cut = int(np.argmax(gaps)) + 1 if len(gaps) and gaps.max() > 1e-6 else len(values)
        space = vectors[:, :cut]
        yield {"name": name, "matrix": matrix.tolist(), "values": numbers(values), "cut": cut, "projector": (space @ space.T).tolist()}


def logistic():
    for rows, columns, strength, penalty in [(30, 1, 1, 1), (200, 4, 1, 1), (200, 4, 1, 0.01), (200, 4, 6, 0.1), (120, 12, 1, 25), (60, 8, 0, 1)]:
        x = np.round(random.normal(size=(rows, columns)), 4)
        odds = 0.7 + strength * x @ random.normal(size=columns)
        y = (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
        model = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(x, y)
        yield {"columns": x.T.tolist(), "classes": y.tolist(), "penalty": penalty, "intercept": float(model.intercept_[0]), "coefficients": numbers(model.coef_[0])}
    # Two columns that are one, and classes that a line divides: there is an answer all the same, because of the penalty.
    x = np.round(random.normal(size=(50, 1)), 4)
    x = np.hstack([x, x, np.round(random.normal(size=(50, 1)), 4)])
    y = (x[:, 0] > 0.2).astype(int)
    model = LogisticRegression(C=10, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(x, y)
    yield {"columns": x.T.tolist(), "classes": y.tolist(), "penalty": 0.1, "intercept": float(model.intercept_[0]), "coefficients": numbers(model.coef_[0])}


def intervals():
    shares = [
        {"cases": k, "count": n, "confidence": c, "interval": numbers(proportion_confint(k, n, alpha=1 - c, method="wilson"))}
        for k, n in [(0, 100), (100, 100), (1, 1000), (50, 100), (873, 1000), (12, 150), (2.5, 123.75)]
        for c in (0.8, 0.95, 0.999)
    ]
    differences = [
        {"a": [k, n], "b": [l, m], "confidence": c, "interval": numbers(confint_proportions_2indep(k, n, l, m, method="newcomb", compare="diff", alpha=1 - c))}
        for k, n, l, m in [(50, 100, 60, 110), (0, 100, 0, 200), (100, 100, 190, 200), (873, 1000, 9020, 10000), (5, 500, 1, 120)]
        for c in (0.8, 0.95, 0.999)
    ]
    yield {"shares": shares, "differences": differences}


SOURCE = f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}, statsmodels {statsmodels.__version__}"
for name, cases in {"isotonic-regression": isotonic(), "symmetric-eigen": eigen(), "logistic-regression": logistic(), "intervals": intervals()}.items():
    head = json.dumps({"source": SOURCE, "command": "python src/math/golden_models.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

"""Prints how well small classifiers tell two sets of rows apart: the table in docs/multivariate/domain-classifier.md.

pip install -r src/multivariate/golden.requirements.txt
python src/multivariate/compare_classifiers.py
"""

import numpy as np
from lightgbm import LGBMClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

ROWS, FEATURES, REPETITIONS, FOLDS, DEVIATIONS = 1000, 12, 4, 5, 5


class Regression:
    """Logistic regression on standardised features and squares, with magnitudes and products of greatest difference if wanted."""

    def __init__(self, magnitudes, products):
        self.magnitudes, self.products = magnitudes, products

    def terms(self, x):
        z = np.clip((x - self.mean) / self.deviation, -DEVIATIONS, DEVIATIONS)
        factors = np.hstack([z, np.abs(z)]) if self.magnitudes else z
        factors = (factors - self.factor_mean) / self.factor_deviation if hasattr(self, "factor_mean") else factors
        return z, factors

    def fit(self, x, y):
        self.mean, self.deviation = x.mean(axis=0), x.std(axis=0)
        _, factors = self.terms(x)
        self.factor_mean, self.factor_deviation = factors.mean(axis=0), factors.std(axis=0)
        _, factors = self.terms(x)
        apart = np.abs(factors[y == 1].T @ factors[y == 1] / np.sum(y == 1) - factors[y == 0].T @ factors[y == 0] / np.sum(y == 0))
        pairs = np.argwhere(np.triu(np.ones(apart.shape), 1) > 0)
        pairs = pairs[pairs[:, 1] - pairs[:, 0] != x.shape[1]]
        self.pairs = pairs[np.argsort(-apart[pairs[:, 0], pairs[:, 1]])][: self.products]
        design = self.design(x)
        self.design_mean, self.design_deviation = design.mean(axis=0), design.std(axis=0)
        self.model = LogisticRegression(max_iter=200).fit((design - self.design_mean) / self.design_deviation, y)
        return self

    def design(self, x):
        z, factors = self.terms(x)
        return np.hstack([factors, z**2, factors[:, self.pairs[:, 0]] * factors[:, self.pairs[:, 1]]])

    def scores(self, x):
        return self.model.decision_function((self.design(x) - self.design_mean) / self.design_deviation)


class Trees:
    def __init__(self, model):
        self.model = model

    def fit(self, x, y):
        self.model.fit(x, y)
        return self

    def scores(self, x):
        return self.model.predict_proba(x)[:, 1]


CLASSIFIERS = {
    "regression: features and squares": lambda: Regression(False, 0),
    "with 10 products": lambda: Regression(False, 10),
    "with magnitudes and 10 products": lambda: Regression(True, 10),
    "with magnitudes and 30 products": lambda: Regression(True, 30),
    "100 boosted stumps": lambda: Trees(GradientBoostingClassifier(max_depth=1, n_estimators=100, learning_rate=0.1)),
    "LightGBM, as NannyML sets it": lambda: Trees(LGBMClassifier(random_state=13, verbose=-1, n_jobs=1)),
}


def drifts(random):
    rows = lambda: random.normal(size=(ROWS, FEATURES))

    def changed(change):
        x = rows()
        change(x)
        return x

    def higher(x):
        x[:, 0] += 0.5

    def wider(x):
        x[:, 0] *= 1.5

    def together(x):
        x[:, 1] = 0.5 * x[:, 0] + np.sqrt(0.75) * x[:, 1]

    def two_modes(x):
        x[:, 0] = 0.9 * random.choice([-1, 1], len(x)) + np.sqrt(0.19) * x[:, 0]

    def parabola(x):
        x[:, 1] = 0.6 * (x[:, 0] ** 2 - 1) / np.sqrt(2) + 0.8 * x[:, 1]

    def three_way(x):
        half = random.random(len(x)) < 0.5
        x[half, 2] = np.abs(x[half, 2]) * np.sign(x[half, 0] * x[half, 1])

    return {"none": changed(lambda x: None), "higher": changed(higher), "wider": changed(wider), "together": changed(together), "two modes": changed(two_modes), "parabola": changed(parabola), "three-way": changed(three_way)}


areas = {}
for seed in range(REPETITIONS):
    random = np.random.default_rng(seed)
    for drift, current in drifts(random).items():
        x, y = np.vstack([random.normal(size=(ROWS, FEATURES)), current]), np.repeat([0, 1], ROWS)
        for name, make in CLASSIFIERS.items():
            folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y)
            of_folds = [roc_auc_score(y[judged], make().fit(x[training], y[training]).scores(x[judged])) for training, judged in folds]
            areas.setdefault((name, drift), []).append(np.mean(of_folds))
names = list(drifts(np.random.default_rng(0)))
print(" " * 34, *(f"{name:>9}" for name in names))
for name in CLASSIFIERS:
    print(f"{name:34}", *(f"{np.mean(areas[name, drift]):9.2f}" for drift in names))

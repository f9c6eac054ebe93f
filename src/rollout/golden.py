"""Makes <unit>.golden.json of rollouts from statsmodels, scikit-learn, scipy and numpy. Needed only to make them again.

pip install -r src/rollout/golden.requirements.txt
python src/rollout/golden.py
"""

import importlib.metadata
import json
import pathlib

import numpy as np
from scipy import stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20261125)

MAGNITUDES = np.array([0.000001, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 10, 100, 1000])
EDGES = np.concatenate([-MAGNITUDES[::-1], MAGNITUDES])


def scored(count):
    """Scores of champion and challenger, with what came true."""
    logit = random.normal(-1, 1.5, count)
    truth = (random.random(count) < 1 / (1 + np.exp(-logit))).astype(float)
    champion, challenger = (1 / (1 + np.exp(-logit * sharp - random.normal(0, noise, count))) for sharp, noise in ((1, 0.4), (0.8, 0.6)))
    return np.round(champion, 6), np.round(challenger, 6), truth


def estimated(count, noise=(5, 4), offset=0.0):
    truth = random.normal(50, 20, count)
    champion, challenger = truth + random.normal(0, noise[0], count), truth + random.normal(offset, noise[1], count)
    return np.round(champion, 3), np.round(challenger, 3), np.round(truth, 3)


PROBABILITY = {"kind": "probability", "championThreshold": 0.5, "challengerThreshold": 0.4}
# name, rule, (champion, challenger, truth)
SIDES = [
    ("scores", PROBABILITY, scored(150)),
    ("scores at their thresholds", PROBABILITY, (np.tile([0.5, 0.4, 0.5, 0.499999], 30), np.tile([0.4, 0.4, 0.399999, 0.5], 30), np.tile([1.0, 0, 0, 1], 30))),
    ("scores of hundredths", PROBABILITY, tuple(np.round(side, 2) for side in scored(200))),
    ("estimates", {"kind": "regression", "toleranceAbsolute": 5}, estimated(150)),
    ("estimates far off", {"kind": "regression", "toleranceAbsolute": 0.5}, estimated(120, (50, 900), 200)),
    ("estimates with a tolerance of 0", {"kind": "regression", "toleranceAbsolute": 0}, tuple(np.round(side) for side in estimated(300, (1, 1)))),
]


def agreement_cases():
    for name, rule, (champion, challenger, _) in SIDES:
        if rule["kind"] == "probability":
            classes = champion >= rule["championThreshold"], challenger >= rule["challengerThreshold"]
            outcomes = metrics.confusion_matrix(*classes, labels=[True, False]).ravel()
        else:
            within = np.isclose(challenger, champion, rtol=0, atol=rule["toleranceAbsolute"])
            outcomes = [within.sum(), (~within).sum()]
        difference = challenger - champion
        mean = DescrStatsW(difference)
        yield {
            "name": name,
            "rule": rule,
            "pairs": np.stack([champion, challenger], axis=1).tolist(),
            "outcomes": [int(count) for count in outcomes],
            # With -difference the half-open bins of numpy are closed above, as `le` has it.
            "bins": np.histogram(-difference, np.concatenate([[-np.inf], -EDGES[::-1], [np.inf]]))[0][::-1].tolist(),
            "over": float(difference[difference > 0].sum()),
            "under": float(-difference[difference < 0].sum()),
            "squared": float(np.square(difference).sum()),
            "mean": [float(mean.mean), *map(float, mean.zconfint_mean(0.01))],
        }


def paired_quality_cases():
    for name, rule, (champion, challenger, truth) in SIDES:
        if rule["kind"] == "probability":
            right = champion >= rule["championThreshold"], challenger >= rule["challengerThreshold"]
            right = [side == (truth == 1) for side in right]
            losses = [metrics.brier_score_loss(truth, side) for side in (champion, challenger)]
        else:
            right = [np.isclose(side, truth, rtol=0, atol=rule["toleranceAbsolute"]) for side in (champion, challenger)]
            losses = [metrics.mean_squared_error(truth, side) for side in (champion, challenger)]
        difference = np.square(challenger - truth) - np.square(champion - truth)
        mean = DescrStatsW(difference)
        assert abs(mean.mean - (losses[1] - losses[0])) < 1e-9 * max(1, losses[1])
        yield {
            "name": name,
            "rule": rule,
            "pairs": np.stack([champion, challenger, truth], axis=1).tolist(),
            "outcomes": metrics.confusion_matrix(*right, labels=[True, False]).ravel().tolist(),
            "moreLoss": float(difference[difference > 0].sum()),
            "lessLoss": float(-difference[difference < 0].sum()),
            "squared": float(np.square(difference).sum()),
            "loss": [float(losses[1] - losses[0]), *map(float, mean.zconfint_mean(0.05))],
        }


# Both right, only the champion, only the challenger, both wrong.
TABLES = [
    [400, 0, 0, 100], [400, 1, 0, 99], [400, 0, 5, 95], [400, 3, 9, 88], [400, 12, 12, 76], [390, 4, 20, 86], [390, 24, 0, 86], [59, 6, 16, 80],
    [390, 13, 12, 85], [390, 5, 20, 85], [390, 25, 0, 85], [380, 20, 21, 79], [380, 20, 20, 80], [300, 40, 75, 85], [8000, 310, 450, 1240], [0, 60, 40, 0], [0, 100, 0, 0], [100, 0, 0, 0], [0, 0, 0, 500],
    [123456, 4321, 4567, 8901],
]


def mcnemar_cases():
    for table in TABLES:
        square, exact = np.reshape(table, (2, 2)), table[1] + table[2] < 25
        test = mcnemar(square, exact=exact, correction=True)
        p, chi_square = float(test.pvalue), None if exact else float(test.statistic)
        # At b = c statsmodels corrects beyond no difference, to (0 - 1)^2; R's mcnemar.test does not, and neither do we.
        if not exact and table[1] == table[2]:
            p, chi_square = 1, 0
        yield {"name": ", ".join(map(str, table)), "outcomes": table, "method": "exact" if exact else "chi_square", "chiSquare": chi_square, "value": p}


def accuracy_difference_cases():
    """Bonett and Price: Wald's interval of the differences -1, 0 and 1, with one pair more of -1 and of 1."""
    for table, alpha in zip(TABLES, [0.05, 0.01, 0.1] * len(TABLES)):
        both, champion, challenger, neither = table
        differences = DescrStatsW(np.array([-1, 0, 1]), weights=[champion + 1, both + neither, challenger + 1])
        half = stats.norm.isf(alpha / 2) * differences.std / np.sqrt(differences.nobs)
        accuracy = [(both + side) / sum(table) for side in (champion, challenger)]
        yield {
            "name": ", ".join(map(str, table)),
            "outcomes": table,
            "confidence": 1 - alpha,
            "interval": [accuracy[1] - accuracy[0], max(-1, differences.mean - half), min(1, differences.mean + half)],
        }


def share_cases():
    for cases, count, alpha in [[0, 100, 0.05], [1, 100, 0.05], [5, 1000, 0.01], [100, 100, 0.01], [99, 100, 0.2], [500, 1000, 0.05], [3, 100000, 0.001], [7777, 10000, 0.3]]:
        bounds = proportion_confint(cases, count, alpha, method="wilson")
        yield {"name": f"{cases} of {count}", "cases": cases, "count": count, "confidence": 1 - alpha, "interval": [cases / count, *map(float, bounds)]}


def latency_ratio_cases():
    for name, count, champion_scale, ratio, together in [["twice as slow", 200, 0.004, 2, 0.9], ["as fast", 150, 0.1, 1, 0.5], ["faster, apart", 300, 1.5, 0.6, 0]]:
        load = random.lognormal(0, 0.8, count)
        sides = [load**together * random.lognormal(0, 0.3, count) * champion_scale * times for times in (1, ratio)]
        champion, challenger = (np.round(side, 6) for side in sides)
        logarithm = DescrStatsW(challenger / challenger.mean() - champion / champion.mean())
        value = challenger.mean() / champion.mean()
        bounds = [float(value * np.exp(side)) for side in logarithm.zconfint_mean(0.05)]
        mean = DescrStatsW(challenger - champion)
        difference = [float(mean.mean), *map(float, mean.zconfint_mean(0.05))]
        yield {"name": name, "pairs": np.stack([champion, challenger], axis=1).tolist(), "interval": [float(value), *bounds], "difference": difference}


GOLDEN = {
    "agreement": agreement_cases(),
    "paired-quality": paired_quality_cases(),
    "mcnemar": mcnemar_cases(),
    "accuracy-difference": accuracy_difference_cases(),
    "share": share_cases(),
    "latency-ratio": latency_ratio_cases(),
}

for name, cases in GOLDEN.items():
    source = ", ".join(f"{library} {importlib.metadata.version(library)}" for library in ("statsmodels", "scikit-learn", "scipy", "numpy"))
    head = json.dumps({"source": source, "command": "python src/rollout/golden.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

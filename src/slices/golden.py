"""Makes <unit>.golden.json of slices from statsmodels, scikit-learn, fairlearn and AIF360. Needed only to make them again.

pip install -r src/slices/golden.requirements.txt
python src/slices/golden.py
"""

import importlib.metadata
import json
import logging
import pathlib

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

logging.disable(logging.WARNING)  # AIF360 names the backends that it does not find.
from aif360.datasets import BinaryLabelDataset  # noqa: E402
from aif360.metrics import ClassificationMetric  # noqa: E402
from fairlearn.metrics import MetricFrame, selection_rate  # noqa: E402
from sklearn import metrics  # noqa: E402

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20261125)
OUTCOMES = ["truePositive", "falsePositive", "trueNegative", "falseNegative"]

# By slice value: TP, FP, TN, FN.
SLICES = {
    "airlines": {"AA": [120, 30, 900, 60], "B6": [300, 120, 1500, 210], "HA": [2, 1, 90, 7], "MQ": [90, 80, 400, 130], "__other__": [40, 25, 700, 35]},
    "one slice is most": {"big": [9000, 2000, 60000, 4000], "small": [100, 20, 300, 100]},
    "two alike": {"a": [100, 50, 300, 50], "b": [100, 50, 300, 50]},
    "sure": {"right": [150, 0, 150, 0], "wrong": [0, 150, 0, 150], "never positive": [0, 0, 500, 200], "always positive": [200, 400, 0, 0]},
}
GROUPS = {
    **SLICES,
    "approvals": {"young": [300, 60, 100, 90], "old": [900, 150, 180, 120], "middle": [1500, 300, 380, 220]},
    "nearly all": {"a": [100, 10, 0, 1], "b": [800, 180, 8, 12]},
    "none": {"a": [0, 0, 200, 120], "b": [100, 20, 500, 150]},
}


def rows(slices):
    """Truth, prediction and slice value of every prediction."""
    truth, predicted, value = [], [], []
    for name, counts in slices.items():
        truth += np.repeat([1, 0, 0, 1], counts).tolist()
        predicted += np.repeat([1, 1, 0, 0], counts).tolist()
        value += [name] * sum(counts)
    return np.array(truth), np.array(predicted), np.array(value)


def confusions(slices):
    return {name: dict(zip(OUTCOMES, counts)) for name, counts in slices.items()}


def wilson(cases, total, alpha):
    return [cases / total, *map(float, proportion_confint(cases, total, alpha, method="wilson"))]


def newcombe(a, b, alpha):
    return [a[0] / a[1] - b[0] / b[1], *map(float, confint_proportions_2indep(*a, *b, method="newcomb", compare="diff", alpha=alpha))]


def donner_zou(a, b, alpha):
    """Where Fieller's quadratic is 0, with the distances from Wilson's bounds. Koopman's score interval of statsmodels must be near."""
    (p, p_low, p_high), (q, q_low, q_high) = wilson(*a, alpha), wilson(*b, alpha)
    lower = np.roots([q**2 - (q - q_high) ** 2, -2 * p * q, p**2 - (p - p_low) ** 2])
    upper = np.roots([q**2 - (q - q_low) ** 2, -2 * p * q, p**2 - (p - p_high) ** 2])
    interval = [p / q, float(min(root for root in lower if root > -1e-12)) if a[0] else 0.0, float(max(upper))]
    if 30 <= a[0] <= a[1] - 30 and 30 <= b[0] <= b[1] - 30:
        score = confint_proportions_2indep(*a, *b, method="score", compare="ratio", alpha=alpha, correction=False)
        assert np.allclose(interval[1:], score, rtol=0.01), (a, b, interval, score)
    return interval


def slice_cases(metric, share):
    for (name, slices), alpha in zip(SLICES.items(), [0.05, 0.01, 0.05, 0.1]):
        truth, predicted, value = rows(slices)
        whole, ranked = metric(truth, predicted), []
        for of, counts in slices.items():
            within = value == of
            a, b = share(truth[within], predicted[within]), share(truth[~within], predicted[~within])
            if of == "__other__" or a[1] < 100 or b[1] < 100:
                continue
            gap = whole - metric(truth[within], predicted[within])
            others = b[1] / (a[1] + b[1])
            interval = [others * bound for bound in newcombe(b, a, alpha)]
            assert abs(interval[0] - gap) < 1e-12
            ranked.append({"value": of, "count": int(a[1]), "quality": wilson(*a, alpha), "gap": interval})
        ranked.sort(key=lambda entry: (-entry["gap"][1], -entry["gap"][0], entry["value"]))
        yield {"name": name, "slices": confusions(slices), "confidence": 1 - alpha, "ranked": ranked}


def right(truth, predicted):
    return int((truth == predicted).sum()), len(truth)


def recalled(truth, predicted):
    return int(((truth == 1) & (predicted == 1)).sum()), int((truth == 1).sum())


def error_ratio_cases():
    for name, slices, alpha in [
        ["three sizes", {"a": (400, 5, 0), "b": (150, 9, 2), "c": (2000, 4, -1)}, 0.05],
        ["one is most", {"big": (3000, 1, 0), "small": (120, 3, 1)}, 0.01],
    ]:
        errors = {of: np.round(random.normal(offset, spread, count), 4) for of, (count, spread, offset) in slices.items()}
        whole, ranked = np.concatenate(list(errors.values())), []
        for of, own in errors.items():
            rest = np.concatenate([other for key, other in errors.items() if key != of])
            a, b = DescrStatsW(np.abs(own)), DescrStatsW(np.abs(rest))
            half = stats.norm.isf(alpha / 2) * np.hypot(a.std_mean / a.mean, b.std_mean / b.mean)
            share = len(own) / len(whole)
            mae = [metrics.mean_absolute_error(np.zeros(len(side)), side) for side in (own, whole)]
            bounds = [ratio / (share * ratio + 1 - share) - 1 for ratio in (a.mean / b.mean * np.exp(side) for side in (-half, half))]
            ranked.append({"value": of, "count": len(own), "quality": [float(mae[0]), *map(float, a.zconfint_mean(alpha))], "gap": [float(mae[0] / mae[1] - 1), *map(float, bounds)]})
        ranked.sort(key=lambda entry: -entry["gap"][1])
        sums = {
            of: {
                "count": len(own), "over": float(own[own > 0].sum()), "under": float(-own[own < 0].sum()), "squared": float(np.square(own).sum()),
                "logLoss": 0, "probabilities": 0, "missing": 0,
            }
            for of, own in errors.items()
        }
        yield {"name": name, "slices": sums, "confidence": 1 - alpha, "ranked": ranked}


def by_aif360(slices, group, reference):
    """Difference of positive rates, disparate impact and difference of recalls of two groups."""
    truth, predicted, value = rows({"group": slices[group], "reference": reference})
    frame = pd.DataFrame({"truth": truth.astype(float), "predicted": predicted.astype(float), "privileged": (value == "reference").astype(float)})

    def dataset(column):
        return BinaryLabelDataset(df=frame[[column, "privileged"]].rename(columns={column: "label"}), label_names=["label"], protected_attribute_names=["privileged"])

    metric = ClassificationMetric(dataset("truth"), dataset("predicted"), unprivileged_groups=[{"privileged": 0}], privileged_groups=[{"privileged": 1}])
    return metric.statistical_parity_difference(), metric.disparate_impact(), metric.equal_opportunity_difference()


def fairness_cases():
    for (name, groups), alpha in zip(GROUPS.items(), [0.05, 0.01, 0.05, 0.1, 0.05, 0.05, 0.05]):
        truth, predicted, value = rows(groups)
        by_group = MetricFrame(metrics={"rate": selection_rate, "recall": metrics.recall_score}, y_true=truth, y_pred=predicted, sensitive_features=value).by_group
        for reference in [None, list(groups)[-1]]:
            compared = []
            for group in groups:
                if group in ("__other__", reference):
                    continue
                others = np.sum([counts for key, counts in groups.items() if (key != group if reference is None else key == reference)], axis=0).tolist()
                (tp, fp, tn, fn), (otp, ofp, otn, ofn) = groups[group], others
                rate, other_rate = (tp + fp, tp + fp + tn + fn), (otp + ofp, otp + ofp + otn + ofn)
                recall, other_recall = (tp, tp + fn), (otp, otp + ofn)
                enough, recall_enough = min(rate[1], other_rate[1]) >= 100, min(recall[1], other_recall[1]) >= 100
                entry = {
                    "group": group,
                    "positiveRate": wilson(*rate, alpha) if rate[1] >= 100 else None,
                    "recall": wilson(*recall, alpha) if recall[1] >= 100 else None,
                    "positiveRateDifference": newcombe(rate, other_rate, alpha) if enough else None,
                    "disparateImpact": donner_zou(rate, other_rate, alpha) if enough and other_rate[0] else None,
                    "recallDifference": newcombe(recall, other_recall, alpha) if recall_enough else None,
                    "counts": [rate[1], other_rate[1], recall[1], other_recall[1]],
                }
                by_aif = by_aif360(groups, group, others)
                for key, theirs in zip(["positiveRateDifference", "disparateImpact", "recallDifference"], by_aif):
                    assert entry[key] is None or abs(entry[key][0] - theirs) < 1e-12, (name, group, key, entry[key], theirs)
                for key, column in [["positiveRate", "rate"], ["recall", "recall"]]:
                    assert entry[key] is None or abs(entry[key][0] - by_group[column][group]) < 1e-12
                compared.append(entry)
            yield {"name": name, "groups": confusions(groups), "reference": reference, "confidence": 1 - alpha, "compared": compared}


GOLDEN = {
    "slice-accuracy": slice_cases(metrics.accuracy_score, right),
    "slice-recall": slice_cases(metrics.recall_score, recalled),
    "slice-error-ratio": error_ratio_cases(),
    "fairness": fairness_cases(),
}

LIBRARIES = ("statsmodels", "scikit-learn", "fairlearn", "aif360", "scipy", "numpy")
for name, cases in GOLDEN.items():
    source = ", ".join(f"{library} {importlib.metadata.version(library)}" for library in LIBRARIES)
    head = json.dumps({"source": source, "command": "python src/slices/golden.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

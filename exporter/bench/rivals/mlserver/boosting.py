"""The benchmark's model in MLServer: one onnxruntime session, in the server's own process."""

import os

import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Boosting(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODELWATCH_BENCH_MODEL"], options, providers=["CPUExecutionProvider"])
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        values = NumpyCodec.decode_input(payload.inputs[0]).astype(np.float32, copy=False)
        label, probabilities = self.session.run(None, {"features": values})
        outputs = [NumpyCodec.encode_output("label", label), NumpyCodec.encode_output("probabilities", probabilities)]
        return InferenceResponse(id=payload.id, model_name=self.name, outputs=outputs)

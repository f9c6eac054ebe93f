export { createOnnxScorer, type OnnxScorer, type OnnxScorerOptions } from './create-onnx-scorer.js';
export type { ModelFault, ModelFaultCode } from './model-fault.js';

// The element type of every loop over raw arrays: float32 where tensors are at work; float64 where a test or the oracle compares
// with finite differences.

export type RealArray = Float32Array | Float64Array;

/**
 * Exponential moving average with TensorBoard's correction for the start: the n-th output is
 * s_n / (1 − w^n) with s_n = w·s_(n−1) + (1 − w)·y_n and s_0 = 0. Values that are not finite pass through and do not
 * enter the average.
 * @param weight 0 leaves the values as they are; below 1
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  if (!(weight > 0)) return values;
  const result = new Float64Array(values.length);
  let average = 0;
  let correction = 1;
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) {
      result[i] = value;
      return;
    }
    average = weight * average + (1 - weight) * value;
    correction *= weight;
    result[i] = average / (1 - correction);
  });
  return result;
}

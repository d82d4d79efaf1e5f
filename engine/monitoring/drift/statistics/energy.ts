import { distributionDistances } from './wasserstein';

/**
 * Energy distance, sqrt(2 ∫ (F - G)²): G. J. Székely, "E-statistics: the energy of statistical samples", 2002; SciPy's
 * `energy_distance` and Evidently's `ed`.
 * @param reference sorted
 * @param current sorted
 */
export function energyDistance(reference: Float64Array, current: Float64Array): number {
  return Math.sqrt(2 * distributionDistances(reference, current).squared);
}

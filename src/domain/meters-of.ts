import { DIMENSIONS, type Dimension, isLimit, type Limits, MINUTE_MS } from './limits.js';
import type { Meter } from './meter.js';
import type { MeterOptions } from './rate-meter.js';

/** Makes one meter for each rate that is limited. */
export function metersOf<M extends Meter>(
  limits: Limits,
  make: (dimension: Dimension, limit: number, options: MeterOptions) => M,
): M[] {
  const limited = DIMENSIONS.filter((dimension) => isLimit(limits[dimension.name]));
  // `burst` counts requests; where those are not limited, what is.
  const paced = limited.find((dimension) => dimension.windowMs === MINUTE_MS);
  return limited.map((dimension) => {
    const burst = dimension === paced ? limits.burst : undefined;
    const options = { burst, window: limits.window ?? 'sliding', oversize: limits.oversize ?? 'refuse' } as const;
    return make(dimension, limits[dimension.name] as number, options);
  });
}

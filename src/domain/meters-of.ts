import { DIMENSIONS, isLimit, type Limits, MINUTE_MS } from './limits.js';
import { RateMeter } from './rate-meter.js';

/** One meter for each rate that is limited. */
export function metersOf(limits: Limits, now: number): RateMeter[] {
  const limited = DIMENSIONS.filter((dimension) => isLimit(limits[dimension.name]));
  // `burst` counts requests; where those are not limited, what is.
  const paced = limited.find((dimension) => dimension.windowMs === MINUTE_MS);
  return limited.map((dimension) => {
    const burst = dimension === paced ? limits.burst : undefined;
    const options = { burst, window: limits.window ?? 'sliding', oversize: limits.oversize ?? 'refuse' } as const;
    return new RateMeter(dimension, limits[dimension.name] as number, options, now);
  });
}

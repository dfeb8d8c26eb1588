import { isLimit } from '../domain/limits.js';
import { metersOf } from '../domain/meters-of.js';
import { Limiter } from './limiter.js';
import type { QueueLink } from './limiter-lease.js';
import { LeasedGauge } from './limiter-leased-gauge.js';
import { LeasedMeter } from './limiter-leased-meter.js';
import type { MakeLimiter } from './limiter-registry.js';
import type { SharedLimits } from './limiter-shared.js';

/**
 * Makes limiters whose limits are shared with other processes. Their names have to be the same in all of them; so have the
 * limits.
 */
export function sharing(shared: SharedLimits): MakeLimiter {
  return (name, options, now, { gate, queue }) => {
    const link: QueueLink = {
      changed() {
        const own = gate();
        if (own !== undefined) queue.freed([own]);
      },
      waiting: () => gate()?.waiting ?? 0,
    };
    const meters = metersOf(
      options,
      (dimension, limit, how) => new LeasedMeter(name, dimension, limit, how, shared, link),
    );
    const { maxConcurrency } = options;
    const gauge = isLimit(maxConcurrency) ? new LeasedGauge(name, maxConcurrency, shared, link) : undefined;
    const close = () => {
      for (const member of [...meters, ...(gauge === undefined ? [] : [gauge])]) shared.retire(member);
    };
    return new Limiter(name, options, now, { meters, ...(gauge !== undefined && { gauge }), close });
  };
}

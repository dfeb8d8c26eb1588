import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BEHAVIOURS } from './behaviours.js';
import { makeBench } from './bench.js';
import { enterVirtualTime, leaveVirtualTime } from './virtual-time.js';

beforeEach(enterVirtualTime);
afterEach(leaveVirtualTime);

const cases = BEHAVIOURS.map((behaviour) => ({ title: `${behaviour.name} (${behaviour.id})`, ...behaviour }));

describe("with compat: 'sdk' the gateway behaves as the plain SDK", () => {
  test.each(cases)('$title', async ({ observe, sdk }) => {
    expect(await observe(makeBench('compat'))).toStrictEqual(sdk);
  });
});

describe('by its own rules the gateway behaves as the plain SDK, or as declared', () => {
  test.each(cases)('$title', async ({ observe, sdk, gateway }) => {
    expect(await observe(makeBench('gateway'))).toStrictEqual(gateway === undefined ? sdk : gateway.shows);
  });
});

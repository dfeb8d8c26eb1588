/**
 * What this library assumes of the official SDK, shown on the newest version and on the lowest one it supports. A failure here
 * means that the SDK has changed, not that the library is wrong.
 */
import * as newest from 'openai';
import * as floor from 'openai-floor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BEHAVIOURS } from './differential/behaviours.js';
import { makeBench, type Sdk } from './differential/bench.js';
import { enterVirtualTime, leaveVirtualTime } from './differential/virtual-time.js';

const VERSIONS = [
  { version: 'newest', sdk: newest },
  // Another copy of the same declarations: the types agree, the compiler cannot know.
  { version: 'floor', sdk: floor as unknown as Sdk },
] as const;

beforeEach(enterVirtualTime);
afterEach(leaveVirtualTime);

describe.each(VERSIONS)('the $version SDK', ({ version, sdk }) => {
  const behaviours = BEHAVIOURS.filter(({ onlyNewest = false }) => version === 'newest' || !onlyNewest);
  test.each(behaviours.map((behaviour) => ({ title: `${behaviour.name} (${behaviour.id})`, ...behaviour })))(
    '$title',
    async (behaviour) => {
      expect(await behaviour.observe(makeBench('plain', sdk))).toStrictEqual(behaviour.sdk);
    },
  );
});

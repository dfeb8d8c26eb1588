import * as library from '../../src/index.js';
import * as testing from '../../src/testing.js';
import type { Kit } from '../chaos/kit.ts';

/** The sources themselves, for figures that are measured on a build elsewhere. */
export const kit: Kit = { ...library, ...testing };

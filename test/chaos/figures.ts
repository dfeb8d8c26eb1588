/** Every figure that is promised, by the word that chooses it on the command line. */
import { abortFigures } from './figures/aborts.ts';
import { canaryFigures } from './figures/canary.ts';
import { credentialFigures } from './figures/credentials.ts';
import { hedgingFigures } from './figures/hedging.ts';
import { memoryFigures } from './figures/memory.ts';
import { mixFigures } from './figures/mix.ts';
import { neutralFigures } from './figures/neutral.ts';
import { deadPrimaryFigures, outageFigures } from './figures/outage.ts';
import { segmentationFigures } from './figures/segmentation.ts';
import { stallFigures } from './figures/stalls.ts';
import type { Figure, Kit } from './kit.ts';

export const FIGURES: Readonly<Record<string, (kit: Kit) => Promise<Figure[]>>> = {
  mix: mixFigures,
  outage: outageFigures,
  'dead-primary': deadPrimaryFigures,
  aborts: abortFigures,
  neutral: neutralFigures,
  hedging: hedgingFigures,
  stalls: stallFigures,
  credentials: credentialFigures,
  segmentation: segmentationFigures,
  canary: canaryFigures,
  memory: memoryFigures,
};

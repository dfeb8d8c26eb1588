/** Every figure that is promised, by the word that chooses it on the command line. */
import { mixFigures } from './figures/mix.ts';
import type { Figure, Kit } from './kit.ts';

export const FIGURES: Readonly<Record<string, (kit: Kit) => Promise<Figure[]>>> = {
  mix: mixFigures,
};

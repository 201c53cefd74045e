import { AGGREGATES } from './aggregates.ts';
import { ARRAYS } from './arrays.ts';
import { CODES } from './codes.ts';
import { CONDITIONAL } from './conditional.ts';
import type { Emitters } from './helpers.ts';
import { MOMENTS } from './moments.ts';
import { NUMBERS } from './numbers.ts';
import { SEMI_STRUCTURED } from './semi-structured.ts';
import { SEQUENCES } from './sequences.ts';
import { TEXTS } from './text.ts';

/** Every function that can be called in an expression, by its name. */
export const FUNCTIONS: Emitters = {
  ...AGGREGATES,
  ...ARRAYS,
  ...CODES,
  ...CONDITIONAL,
  ...MOMENTS,
  ...NUMBERS,
  ...SEMI_STRUCTURED,
  ...SEQUENCES,
  ...TEXTS,
};

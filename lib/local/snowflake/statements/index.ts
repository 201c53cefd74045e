import type { StatementHandler } from '../statement.ts';
import { selectHandler } from './select.ts';

/** Every statement that the server itself runs. */
export const coreHandlers: readonly StatementHandler[] = [selectHandler];

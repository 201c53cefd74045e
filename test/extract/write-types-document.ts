/** Writes docs/types.md: `npm run docs:types`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typesDocument } from './types-document.ts';

writeFileSync(join(import.meta.dirname, '../../docs/types.md'), typesDocument());

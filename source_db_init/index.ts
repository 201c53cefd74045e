/** The source database of the demo: its tables, the film catalogue, and sales: real ones from a file, or made up. */
export { appendSales, generateSales } from './generate.ts';
export { importSales } from './import.ts';
export { initializeSource } from './initialize.ts';

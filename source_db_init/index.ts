/** The source database of the demo: its tables, the film catalogue, and sales: real ones from a file, or made up. */
export { appendSales, type DayOptions, generateSales, type SalesOptions } from './generate.ts';
export { type ImportOptions, importSales } from './import.ts';
export { initializeSource } from './initialize.ts';

import { daily, defineProject, full } from './lib/config/index.ts';

// Every option with its default stands in lib/config/define.ts.
export default defineProject({
  name: 'retail',
  tables: {
    // The sales of an online shop: one window a business day; rows may arrive up to three days late.
    ecommerce_sales: daily({ column: 'invoicedate', timezone: 'Europe/London', lookbackDays: 3 }),

    // The film catalogue: small tables, replaced by each run.
    films: full(),
    film_category: full(),
    actors: full(),
    film_actors: full(),
    users: full(),
  },
});

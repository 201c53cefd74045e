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

  // Where `cdk deploy` finds the source and Snowflake. Every option stands in lib/config/define-cloud.ts.
  cloud: {
    source: { host: 'shop.example.eu-west-1.rds.amazonaws.com', database: 'shop' },
    snowflake: { account: 'myorg-myaccount' },
  },
});

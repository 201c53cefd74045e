{{ config(materialized='table') }}

-- Lines that are no sale often carry a clerk's note instead of a description, so what sales call an item counts first.
with descriptions as (
    select
        stock_code,
        description,
        sum(case when line_type = 'sale' then 1 else 0 end) as sale_lines,
        count(*) as lines,
        max(invoiced_at) as last_used_at
    from {{ ref('stg_sales_lines') }}
    group by stock_code, description
),

best_descriptions as (
    select
        stock_code,
        description
    from descriptions
    where description is not null
    qualify row_number() over (
        partition by stock_code
        order by sale_lines desc, lines desc, last_used_at desc, description
    ) = 1
),

totals as (
    select
        stock_code,
        sum(case when line_type = 'sale' then quantity else 0 end) as units_sold,
        sum(case when line_type = 'cancellation' then -quantity else 0 end) as units_returned,
        sum(case when line_type = 'sale' then amount else 0 end) as sales_amount,
        sum(amount) as revenue,
        min(case when line_type = 'sale' then invoiced_at end) as first_sold_at,
        max(case when line_type = 'sale' then invoiced_at end) as last_sold_at
    from {{ ref('stg_sales_lines') }}
    group by stock_code
)

select
    totals.stock_code,
    best_descriptions.description,
    {{ item_type('totals.stock_code') }} as item_type,
    totals.units_sold,
    totals.units_returned,
    totals.revenue,
    round(totals.sales_amount / nullif(totals.units_sold, 0), 3) as average_price,
    totals.first_sold_at,
    totals.last_sold_at
from totals
left join best_descriptions on totals.stock_code = best_descriptions.stock_code

{{ config(materialized='table') }}

select
    invoice_no,
    max(customer_id) as customer_id,
    max(country) as country,
    min(invoiced_at) as first_line_at,
    max(invoiced_at) as last_line_at,
    count(*) as lines,
    sum(quantity) as quantity,
    sum(amount) as amount,
    startswith(invoice_no, 'C') as is_cancelled
from {{ ref('stg_sales_lines') }}
group by invoice_no

-- Stock codes of RAW that `products` has no row for, or that it has too many of; case counts.
with codes as (
    select distinct stockcode as stock_code
    from {{ source('raw', 'ecommerce_sales') }}
)

select
    codes.stock_code as in_raw,
    products.stock_code as in_products
from codes
full outer join {{ ref('products') }} as products on codes.stock_code = products.stock_code
where codes.stock_code is null or products.stock_code is null

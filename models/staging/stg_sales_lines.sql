select
    _file as file,
    _row as file_row,
    invoiceno as invoice_no,
    stockcode as stock_code,
    nullif(trim(description), '') as description,
    quantity,
    unitprice as unit_price,
    quantity * unitprice as amount,
    invoicedate as invoiced_at,
    customerid as customer_id,
    country,
    {{ line_type('invoiceno', 'quantity', 'unitprice') }} as line_type,
    {{ item_type('stockcode') }} as item_type,
    _window as business_day,
    _loaded_at as loaded_at
from {{ source('raw', 'ecommerce_sales') }}

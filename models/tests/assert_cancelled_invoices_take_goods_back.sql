-- A cancelled invoice with more goods going out than coming back was keyed in wrongly at the till: worth a look.
{{ config(severity='warn') }}

select
    invoice_no,
    quantity
from {{ ref('invoices') }}
where is_cancelled and quantity > 0

{# What a line of an invoice is. The order matters: a cancelled line has a negative quantity as well. #}
{% macro line_type(invoice_no, quantity, unit_price) -%}
case
        when startswith({{ invoice_no }}, 'C') then 'cancellation'
        when startswith({{ invoice_no }}, 'A') then 'adjustment'
        when {{ quantity }} < 0 then 'stock_correction'
        when {{ unit_price }} < 0 then 'adjustment'
        when {{ unit_price }} = 0 then 'free'
        else 'sale'
    end
{%- endmacro %}

{# What a stock code stands for: goods have a number of five digits or begin with DCGS, the rest are the shop's own codes. #}
{% macro item_type(stock_code) -%}
case
        when upper({{ stock_code }}) in ('POST', 'DOT', 'C2') then 'postage'
        when upper({{ stock_code }}) in ('BANK CHARGES', 'AMAZONFEE', 'CRUK') then 'fee'
        when upper({{ stock_code }}) = 'D' then 'discount'
        when upper({{ stock_code }}) = 'M' then 'manual'
        when upper({{ stock_code }}) = 'S' then 'sample'
        when upper({{ stock_code }}) = 'B' then 'bad_debt'
        when startswith(lower({{ stock_code }}), 'gift_') then 'voucher'
        else 'product'
    end
{%- endmacro %}

{# The total of an expression here and over another relation, if the two differ. `column_name` is given on a column only. #}
{% test same_total(model, expression, to, to_expression, column_name=none) %}
with here as (
    select coalesce(sum({{ expression }}), 0) as total
    from {{ model }}
),

there as (
    select coalesce(sum({{ to_expression }}), 0) as total
    from {{ to }}
)

select
    here.total as total,
    there.total as expected
from here
cross join there
where here.total <> there.total
{% endtest %}

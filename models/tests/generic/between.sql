{# Values outside of [low, high]; a bound that is not given does not bind. #}
{% test between(model, column_name, low=none, high=none) %}
select {{ column_name }}
from {{ model }}
where
    false
    {%- if low is not none %}
    or {{ column_name }} < {{ low }}
    {%- endif %}
    {%- if high is not none %}
    or {{ column_name }} > {{ high }}
    {%- endif %}
{% endtest %}

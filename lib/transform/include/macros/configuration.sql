{# What a node's config and the flags of the run come to. #}

{% macro is_incremental() %}
  {#- The config first: it costs no question to the warehouse. -#}
  {% if not execute or config.get('materialized') != 'incremental' or should_full_refresh() %}
    {{ return(False) }}
  {% endif %}
  {% set relation = load_relation(this) %}
  {{ return(relation is not none and relation.type == 'table') }}
{% endmacro %}

{% macro should_full_refresh() %}
  {% set configured = config.get('full_refresh') %}
  {% if configured is none %}
    {% set configured = flags.FULL_REFRESH %}
  {% endif %}
  {{ return(configured) }}
{% endmacro %}

{% macro should_store_failures() %}
  {% set configured = config.get('store_failures') %}
  {% if configured is none %}
    {% set configured = flags.STORE_FAILURES %}
  {% endif %}
  {{ return(configured) }}
{% endmacro %}

{% macro get_where_subquery(relation) -%}
  {{ return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_where_subquery(relation) -%}
  {% set where = config.get('where', '') %}
  {% if where %}
    {%- set filtered -%}
      (select * from {{ relation }} where {{ where }}) dbt_subquery
    {%- endset -%}
    {% do return(filtered) %}
  {%- else -%}
    {% do return(relation) %}
  {%- endif -%}
{%- endmacro %}

{% macro get_limit_subquery_sql(sql, limit) -%}
  {{ adapter.dispatch('get_limit_subquery_sql', 'dbt')(sql, limit) }}
{%- endmacro %}

{% macro default__get_limit_subquery_sql(sql, limit) -%}
  {{ sql }}
  limit {{ limit }}
{%- endmacro %}

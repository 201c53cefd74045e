{# Contracts: the columns that a model promises, held against what its SQL makes, and written into its table. #}

{% macro get_assert_columns_equivalent(sql) -%}
  {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro %}
{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{# An error with all that differs, unless the SQL makes what the contract says, in whatever order. #}
{% macro assert_columns_equivalent(sql) %}
  {%- set promised = model['columns'] -%}
  {%- do exceptions_for_missing_types(promised) -%}
  {%- set sql_file_provided_columns = get_column_schema_from_query(sql, config.get('sql_header', none)) -%}
  {%- set schema_file_provided_columns = get_column_schema_from_query(get_empty_schema_sql(promised)) -%}
  {%- set sql_columns = format_columns(sql_file_provided_columns) -%}
  {%- set yaml_columns = format_columns(schema_file_provided_columns) -%}
  {%- set differs = (sql_columns | length) != (yaml_columns | length) -%}
  {%- set found = namespace(differs=differs) -%}
  {%- for column in sql_columns if column['formatted'] not in (yaml_columns | map(attribute='formatted') | list) -%}
    {%- set found.differs = true -%}
  {%- endfor -%}
  {%- if found.differs -%}
    {% do exceptions.raise_contract_error(yaml_columns, sql_columns) %}
  {%- endif -%}
{% endmacro %}

{% macro exceptions_for_missing_types(columns) %}
  {% set missing = [] %}
  {% for column in columns.values() if not column['data_type'] %}
    {% do missing.append(column['name']) %}
  {% endfor %}
  {% if not columns or missing %}
    {{ exceptions.raise_compiler_error(
      'the contract of ' ~ model.name ~ ' is enforced, so each of its columns needs a data_type in its schema file'
      ~ (': ' ~ (missing | join(', ')) ~ ' has none' if missing else ', and no column is described')
    ) }}
  {% endif %}
{% endmacro %}

{% macro format_columns(columns) %}
  {% set formatted_columns = [] %}
  {% for column in columns %}
    {%- set formatted_column = adapter.dispatch('format_column', 'dbt')(column) -%}
    {%- do formatted_columns.append(formatted_column) -%}
  {% endfor %}
  {{ return(formatted_columns) }}
{% endmacro %}
{# Sizes are left out: a contract is over kinds of values, as dbt compares them. #}
{% macro default__format_column(column) -%}
  {% set data_type = column.dtype %}
  {{ return({'name': column.name, 'data_type': data_type, 'formatted': column.name ~ ' ' ~ data_type}) }}
{%- endmacro %}

{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
  {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{# A query without rows whose columns have the names and types of the contract. #}
{% macro get_empty_schema_sql(columns) -%}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{%- endmacro %}
{% macro default__get_empty_schema_sql(columns) %}
  select
  {%- for column in columns.values() %}
    cast(null as {{ column['data_type'] }}) as {{ adapter.quote(column['name']) if column['quote'] else column['name'] }}{{ ', ' if not loop.last }}
  {%- endfor %}
{% endmacro %}

{% macro get_table_columns_and_constraints() -%}
  {{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}
{%- endmacro %}
{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() %}
  {%- set columns = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
  {%- set constraints = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
  (
    {{ (columns + constraints) | join(',\n    ') }}
  )
{% endmacro %}

{% macro get_columns_spec_ddl() -%}
  {{ adapter.dispatch('get_columns_spec_ddl', 'dbt')() }}
{%- endmacro %}
{% macro default__get_columns_spec_ddl() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{# The columns of the contract in its order, out of whatever order the SQL has them in. #}
{% macro get_select_subquery(sql) %}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{% endmacro %}
{% macro default__get_select_subquery(sql) %}
  select {{ adapter.dispatch('get_column_names', 'dbt')() }}
  from (
    {{ sql }}
  ) as model_subq
{%- endmacro %}

{% macro default__get_column_names() %}
  {%- set names = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) -%}
  {%- endfor -%}
  {{ names | join(', ') }}
{%- endmacro %}

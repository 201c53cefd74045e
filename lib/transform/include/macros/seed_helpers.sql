{# What custom seeds call. Seeds themselves are loaded by Sluice, with bound values. #}

{% macro get_binding_char() -%}{{ return(adapter.dispatch('get_binding_char', 'dbt')()) }}{%- endmacro %}
{% macro default__get_binding_char() -%}{{ return('%s') }}{%- endmacro %}

{% macro get_batch_size() -%}{{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}{%- endmacro %}
{% macro default__get_batch_size() -%}{{ return(10000) }}{%- endmacro %}

{% macro get_csv_sql(create_or_truncate_sql, insert_sql) -%}{{ return(adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql)) }}{%- endmacro %}
{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) -%}
{{ create_or_truncate_sql }};
-- dbt seed --
{{ insert_sql }}
{%- endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) -%}
  {%- set quoted = config.get('quote_columns') -%}
  {%- set names = [] -%}
  {%- for name in column_names -%}{%- do names.append(adapter.quote_seed_column(name, quoted)) -%}{%- endfor -%}
  {{ return(names | join(', ')) }}
{%- endmacro %}

{% macro create_csv_table(model, agate_table) -%}{{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}{%- endmacro %}
{% macro default__create_csv_table(model, agate_table) -%}
  {%- set types = model['config'].get('column_types', {}) -%}
  {%- set quoted = model['config'].get('quote_columns') -%}
  {%- set sql -%}
    create table {{ this.render() }} (
      {%- for name in agate_table.column_names -%}
        {{ adapter.quote_seed_column(name | string, quoted) }} {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }}{{ ', ' if not loop.last }}
      {%- endfor -%}
    )
  {%- endset -%}
  {% call statement('_') -%}{{ sql }}{%- endcall %}
  {{ return(sql) }}
{%- endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{%- endmacro %}
{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {%- if full_refresh -%}
    {%- do adapter.drop_relation(old_relation) -%}
    {{ return(create_csv_table(model, agate_table)) }}
  {%- endif -%}
  {%- do adapter.truncate_relation(old_relation) -%}
  {{ return('truncate table ' ~ old_relation.render()) }}
{%- endmacro %}

{% macro load_csv_rows(model, agate_table) -%}{{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}{%- endmacro %}
{% macro default__load_csv_rows(model, agate_table) -%}
  {%- set names = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
  {%- set statements = [] -%}
  {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
    {%- set sql -%}
      insert into {{ this.render() }} ({{ names }}) values
      {%- for row in chunk %}
      (
        {%- for value in row -%}
          {{ 'null' if value is none else "'" ~ escape_single_quotes(value | string) ~ "'" }}{{ ', ' if not loop.last }}
        {%- endfor -%}
      ){{ ',' if not loop.last }}
      {%- endfor -%}
    {%- endset -%}
    {% call statement('_') -%}{{ sql }}{%- endcall %}
    {%- do statements.append(sql) -%}
  {%- endfor -%}
  {{ return(statements[0] if statements else '') }}
{%- endmacro %}

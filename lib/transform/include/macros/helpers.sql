{# Small macros of dbt's that projects and packages call. #}

{% macro make_hook_config(sql, inside_transaction) -%}{{ tojson({'sql': sql, 'transaction': inside_transaction}) }}{%- endmacro %}
{% macro before_begin(sql) -%}{{ make_hook_config(sql, inside_transaction=False) }}{%- endmacro %}
{% macro in_transaction(sql) -%}{{ make_hook_config(sql, inside_transaction=True) }}{%- endmacro %}
{% macro after_commit(sql) -%}{{ make_hook_config(sql, inside_transaction=False) }}{%- endmacro %}

{% macro get_limit_sql(sql, limit) -%}{{ return(adapter.dispatch('get_limit_sql', 'dbt')(sql, limit)) }}{%- endmacro %}
{% macro default__get_limit_sql(sql, limit) -%}
{{ sql }}
{% if limit is not none -%}
limit {{ limit }}
{%- endif -%}
{%- endmacro %}

{% macro get_show_sql(compiled_code, sql_header, limit) -%}
{%- if sql_header -%}
{{ sql_header }}
{% endif -%}
{{ get_limit_subquery_sql(compiled_code, limit) if limit is not none else compiled_code }}
{%- endmacro %}

{% macro get_true_sql() -%}{{ adapter.dispatch('get_true_sql', 'dbt')() }}{%- endmacro %}
{% macro default__get_true_sql() -%}{{ return('TRUE') }}{%- endmacro %}

{% macro get_list_of_column_names(columns) -%}
  {%- set names = [] -%}
  {%- for column in columns -%}{%- do names.append(column.name) -%}{%- endfor -%}
  {{ return(names) }}
{%- endmacro %}

{% macro sql_convert_columns_in_relation(table) -%}
  {%- set columns = [] -%}
  {%- for row in table -%}{%- do columns.append(api.Column(*row)) -%}{%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}

{% macro support_multiple_grantees_per_dcl_statement() -%}{{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}{%- endmacro %}
{% macro default__support_multiple_grantees_per_dcl_statement() -%}{{ return(False) }}{%- endmacro %}

{% macro call_dcl_statements(dcl_statement_list) -%}{{ adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list) }}{%- endmacro %}
{% macro default__call_dcl_statements(dcl_statement_list) -%}
  {% call statement('grants') -%}
    {%- for dcl_statement in dcl_statement_list -%}
      {{ dcl_statement }};
    {% endfor -%}
  {%- endcall %}
{%- endmacro %}

{% macro unique_key_is_null(unique_key, identifier) -%}
  {%- for key in ([unique_key] if unique_key is string else unique_key) -%}{{ identifier }}.{{ key }} is null{{ ' and ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) -%}
  {%- for key in ([unique_key] if unique_key is string else unique_key) -%}{{ identifier }}.{{ key }} is not null{{ ' and ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
  {%- for key in ([unique_key] if unique_key is string else unique_key) -%}{{ identifier }}.{{ key }} = {{ from_identifier }}.{{ key }}{{ ' and ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro unique_key_fields(unique_key) -%}
  {%- for key in ([unique_key] if unique_key is string else unique_key) -%}{{ key }} as dbt_unique_key{{ '' if unique_key is string else '_' ~ loop.index }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

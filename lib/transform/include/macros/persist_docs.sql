{# Descriptions of a model and its columns, as comments in the warehouse. #}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}
{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
  {% if for_relation and config.persist_relation_docs() and model.description %}
    {% do run_query(alter_relation_comment(relation, model.description)) %}
  {% endif %}
  {% if for_columns and config.persist_column_docs() and model.columns %}
    {% set statement_text = alter_column_comment(relation, model.columns) | trim %}
    {% if statement_text %}
      {% do run_query(statement_text) %}
    {% endif %}
  {% endif %}
{%- endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
  {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{%- endmacro %}
{% macro default__alter_relation_comment(relation, relation_comment) -%}
  comment on {{ 'dynamic table' if relation.is_dynamic_table else relation.type or 'table' }} {{ relation }} is {{ comment_literal(relation_comment) }}
{%- endmacro %}

{% macro alter_column_comment(relation, column_dict) -%}
  {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{%- endmacro %}
{% macro default__alter_column_comment(relation, column_dict) -%}
  {%- set described = [] -%}
  {%- for column in adapter.get_columns_in_relation(relation) if column_description(column.name, column_dict) is not none -%}
    {%- do described.append(get_column_comment_sql(column.name, column_dict)) -%}
  {%- endfor -%}
  {%- if described -%}
    alter table {{ relation }} alter {{ described | join(', ') }}
  {%- endif -%}
{%- endmacro %}

{% macro get_column_comment_sql(column_name, column_dict) -%}
  {{ adapter.quote(column_name) }} comment {{ comment_literal(column_description(column_name, column_dict) or '') }}
{%- endmacro %}

{# The columns of a view with their comments. #}
{% macro get_persist_docs_column_list(model_columns, query_columns) -%}
  (
    {%- for column_name in query_columns %}
    {{ get_column_comment_sql(column_name, model_columns) if column_description(column_name, model_columns) is not none else adapter.quote(column_name) }}{{ ',' if not loop.last }}
    {%- endfor %}
  )
{%- endmacro %}

{# What a schema file says of a column, whose name it may write in any case. #}
{% macro column_description(column_name, column_dict) -%}
  {%- for name, column in column_dict.items() if name | upper == column_name | upper -%}
    {{ return(column['description'] or '') }}
  {%- endfor -%}
  {{ return(none) }}
{%- endmacro %}

{% macro comment_literal(text) -%}
  '{{ text | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endmacro %}

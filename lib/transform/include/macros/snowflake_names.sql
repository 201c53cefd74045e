{#
  Names under which dbt-snowflake has its own way, for projects that call or wrap one by name. What they do is what the general
  macros here do, since these are written for Snowflake.
#}

{% macro snowflake__create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {{ default__create_table_as(temporary, relation, compiled_code) }}
{%- endmacro %}

{% macro snowflake__create_view_as(relation, sql) -%}
  {{ snowflake__create_view_as_with_temp_flag(relation, sql) }}
{%- endmacro %}

{% macro snowflake__get_create_sql(relation, sql) -%}
  {{ default__get_create_sql(relation, sql) }}
{%- endmacro %}

{% macro snowflake__get_replace_sql(existing_relation, target_relation, sql) -%}
  {{ default__get_replace_sql(existing_relation, target_relation, sql) }}
{%- endmacro %}

{% macro snowflake__get_drop_sql(relation) -%}
  {{ default__get_drop_sql(relation) }}
{%- endmacro %}

{% macro snowflake__set_query_tag() -%}
  {{ return(default__set_query_tag()) }}
{%- endmacro %}

{% macro snowflake__unset_query_tag(original_query_tag) -%}
  {{ return(default__unset_query_tag(original_query_tag)) }}
{%- endmacro %}

{% macro snowflake__get_incremental_default_sql(arg_dict) %}
  {{ return(default__get_incremental_default_sql(arg_dict)) }}
{% endmacro %}

{% macro snowflake__get_incremental_append_sql(arg_dict) %}
  {{ return(default__get_incremental_append_sql(arg_dict)) }}
{% endmacro %}

{% macro snowflake__get_incremental_microbatch_sql(arg_dict) %}
  {{ return(default__get_incremental_microbatch_sql(arg_dict)) }}
{% endmacro %}

{% macro snowflake__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) %}
  {{ return(default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates)) }}
{% endmacro %}

{% macro snowflake__snapshot_merge_sql(target, source, insert_cols) %}
  {{ return(default__snapshot_merge_sql(target, source, insert_cols)) }}
{% endmacro %}

{% macro snowflake__alter_relation_comment(relation, relation_comment) -%}
  {{ default__alter_relation_comment(relation, relation_comment) }}
{%- endmacro %}

{% macro snowflake__alter_column_comment(relation, column_dict) -%}
  {{ default__alter_column_comment(relation, column_dict) }}
{%- endmacro %}

{% macro snowflake__alter_column_type(relation, column_name, new_column_type) -%}
  {{ return(default__alter_column_type(relation, column_name, new_column_type)) }}
{%- endmacro %}

{% macro snowflake__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {{ return(default__alter_relation_add_remove_columns(relation, add_columns, remove_columns)) }}
{% endmacro %}

{% macro snowflake__get_columns_in_relation(relation) -%}
  {{ return(adapter.get_columns_in_relation(relation)) }}
{%- endmacro %}

{% macro snowflake__truncate_relation(relation) -%}
  {{ return(default__truncate_relation(relation)) }}
{%- endmacro %}

{% macro snowflake__rename_relation(from_relation, to_relation) -%}
  {{ return(default__rename_relation(from_relation, to_relation)) }}
{%- endmacro %}

{% macro snowflake__copy_grants() %}
  {{ return(default__copy_grants()) }}
{% endmacro %}

{# A clause of a statement, for a value that may be missing. #}
{% macro optional(name, value, quote_char='', equals_char='= ') -%}
  {%- if value is not none and value is defined %}{{ name }} {{ equals_char }}{{ quote_char }}{{ value }}{{ ')' if quote_char == '(' else quote_char }}{% endif -%}
{%- endmacro %}

{# How an incremental model puts its new rows into its table: one macro a strategy, found by its name. #}

{% macro get_incremental_default_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_default_sql(arg_dict) %}
  {% do return(get_incremental_merge_sql(arg_dict)) %}
{% endmacro %}

{% macro get_incremental_append_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_append_sql(arg_dict) %}
  {% do return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) %}
{% endmacro %}

{% macro get_incremental_merge_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_merge_sql(arg_dict) %}
  {% do return(get_merge_sql(
    arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
    arg_dict['dest_columns'], arg_dict['incremental_predicates']
  )) %}
{% endmacro %}

{% macro get_incremental_delete_insert_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_delete_insert_sql(arg_dict) %}
  {% do return(get_delete_insert_merge_sql(
    arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
    arg_dict['dest_columns'], arg_dict['incremental_predicates']
  )) %}
{% endmacro %}

{# Empties the whole table: Snowflake has no partitions that could be replaced alone. #}
{% macro get_incremental_insert_overwrite_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_insert_overwrite_sql', 'dbt')(arg_dict)) }}
{% endmacro %}
{% macro default__get_incremental_insert_overwrite_sql(arg_dict) -%}
  {%- set columns = config.get('overwrite_columns') or [] -%}
  {{ config.get('sql_header', '') or '' }}
  insert overwrite into {{ arg_dict['target_relation'] }}{{ ' (' ~ (columns | join(', ')) ~ ')' if columns }}
  select {{ columns | join(', ') or '*' }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{% macro get_incremental_microbatch_sql(arg_dict) %}
  {{ return(adapter.dispatch('get_incremental_microbatch_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{# What the table holds of the batch's time is replaced by what the batch has now. #}
{% macro default__get_incremental_microbatch_sql(arg_dict) -%}
  {%- set given = arg_dict['incremental_predicates'] -%}
  {%- set predicates = [given] if given is string else (given or []) | list -%}
  {%- set batch = model.batch -%}
  {%- if not batch -%}
    {{ exceptions.raise_compiler_error('the incremental_strategy microbatch needs a batch, and this run has given the model none') }}
  {%- endif -%}
  {%- set predicates = predicates + [
    'DBT_INTERNAL_TARGET.' ~ config.get('event_time') ~ " >= to_timestamp_tz('" ~ batch.event_time_start ~ "')",
    'DBT_INTERNAL_TARGET.' ~ config.get('event_time') ~ " < to_timestamp_tz('" ~ batch.event_time_end ~ "')"
  ] -%}
  {%- set dml -%}
  delete from {{ arg_dict['target_relation'] }} as DBT_INTERNAL_TARGET
  where {{ predicates | join('\n    and ') }};
  {{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) }}
  {%- endset -%}
  {{ snowflake_dml_explicit_transaction(dml) }}
{%- endmacro %}

{# Statements that belong together: readers see all of them or none. #}
{% macro snowflake_dml_explicit_transaction(dml) -%}
  {%- set together -%}
  begin;
  {{ dml }};
  commit
  {%- endset -%}
  {{ return(together) }}
{%- endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) -%}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  insert into {{ target_relation }} ({{ names }})
  select {{ names }} from {{ temp_relation }}
{%- endmacro %}

{% macro get_quoted_csv(column_names) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{%- endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}
{# Without a key nothing can match, so every row is new. #}
{% macro snowflake__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- if unique_key -%}
    {{ default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) }}
  {%- else -%}
    {{ config.get('sql_header', '') or '' }}
    {{ get_insert_into_sql(target, source, dest_columns) }}
  {%- endif -%}
{%- endmacro %}
{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set keys = unique_keys(unique_key) -%}
  {%- set updates = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
  {{ config.get('sql_header', '') or '' }}
  merge into {{ target }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  on {% for key in keys %}{{ ' and ' if not loop.first }}DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{% endfor %}{{ 'false' if not keys }}
  {%- for predicate in ([incremental_predicates] if incremental_predicates is string else (incremental_predicates or [])) %}
    and {{ predicate }}
  {%- endfor %}
  {% if keys and updates %}
  when matched then update set
    {% for column in updates -%}
    {{ column }} = DBT_INTERNAL_SOURCE.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor %}
  {% endif %}
  when not matched then insert ({{ get_quoted_csv(dest_columns | map(attribute='name')) }})
  values ({% for column in dest_columns %}DBT_INTERNAL_SOURCE.{{ column.quoted }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro unique_keys(unique_key) %}
  {{ return([unique_key] if unique_key is string else (unique_key or [])) }}
{% endmacro %}

{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{%- endmacro %}
{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {{ exceptions.raise_compiler_error('merge_update_columns and merge_exclude_columns say the same thing twice: give one of them') }}
  {%- endif -%}
  {%- if merge_update_columns -%}
    {{ return(merge_update_columns) }}
  {%- endif -%}
  {%- set excluded = (merge_exclude_columns or []) | map('lower') | list -%}
  {%- set chosen = [] -%}
  {%- for column in dest_columns if column.name | lower not in excluded -%}
    {%- do chosen.append(column.quoted) -%}
  {%- endfor -%}
  {{ return(chosen) }}
{%- endmacro %}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}
{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set keys = unique_keys(unique_key) -%}
  {%- set insert_sql = get_insert_into_sql(target, source, dest_columns) -%}
  {%- if not keys -%}
    {{ return(insert_sql) }}
  {%- endif -%}
  {%- set dml -%}
  delete from {{ target }} as DBT_INTERNAL_DEST
  where ({{ keys | join(', ') }}) in (
    select distinct {{ keys | join(', ') }} from {{ source }} as DBT_INTERNAL_SOURCE
  )
  {%- for predicate in ([incremental_predicates] if incremental_predicates is string else (incremental_predicates or [])) %}
    and {{ predicate }}
  {%- endfor %};
  {{ insert_sql }}
  {%- endset -%}
  {{ return(snowflake_dml_explicit_transaction(dml)) }}
{%- endmacro %}

{# Incremental models: only what is new is computed and put into the table that is there. #}

{% materialization incremental, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set strategy = config.get('incremental_strategy') or 'merge' -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if existing_relation is none or existing_relation.type != 'table' or should_full_refresh() %}
    {% if existing_relation is not none and existing_relation.type != 'table' %}
      {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% call statement('main') -%}
      {{ get_create_table_as_sql(False, target_relation, sql) }}
    {%- endcall %}
  {% else %}
    {%- set temp_relation = make_temp_relation(target_relation) -%}
    {% call statement('create_temp') -%}
      {{ get_create_table_as_sql(True, temp_relation, sql) }}
    {%- endcall %}
    {%- set changed = process_schema_changes(on_schema_change, temp_relation, existing_relation) -%}
    {%- set dest_columns = changed or adapter.get_columns_in_relation(existing_relation) -%}
    {%- set arguments = {
      'target_relation': target_relation,
      'temp_relation': temp_relation,
      'unique_key': unique_key,
      'dest_columns': dest_columns,
      'incremental_predicates': config.get('predicates') or config.get('incremental_predicates')
    } -%}
    {% call statement('main') -%}
      {{ adapter.get_incremental_strategy_macro(context, strategy)(arguments) }}
    {%- endcall %}
    {% call statement('drop_temp') -%}
      drop table if exists {{ temp_relation }}
    {%- endcall %}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {% do apply_grants(target_relation, config.get('grants')) %}
  {% do persist_docs(target_relation, model) %}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro get_incremental_default_sql(arg_dict) %}
  {% do return(get_incremental_merge_sql(arg_dict)) %}
{% endmacro %}

{% macro get_incremental_append_sql(arg_dict) %}
  {% do return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) %}
{% endmacro %}

{% macro get_incremental_merge_sql(arg_dict) %}
  {% if arg_dict['unique_key'] %}
    {% do return(get_merge_sql(
      arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
      arg_dict['dest_columns'], arg_dict['incremental_predicates']
    )) %}
  {% endif %}
  {# Without a key nothing can match, so every row is new. #}
  {% do return(get_incremental_append_sql(arg_dict)) %}
{% endmacro %}

{% macro get_incremental_delete_insert_sql(arg_dict) %}
  {% do return(get_delete_insert_merge_sql(
    arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
    arg_dict['dest_columns'], arg_dict['incremental_predicates']
  )) %}
{% endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) -%}
  {%- set names = dest_columns | map(attribute='quoted') | join(', ') -%}
  insert into {{ target_relation }} ({{ names }})
  select {{ names }} from {{ temp_relation }}
{%- endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}
{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set keys = [unique_key] if unique_key is string else (unique_key or []) -%}
  {%- set updates = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
  {%- set names = dest_columns | map(attribute='quoted') | join(', ') -%}
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
  when not matched then insert ({{ names }})
  values ({% for column in dest_columns %}DBT_INTERNAL_SOURCE.{{ column.quoted }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
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
  {%- set keys = [unique_key] if unique_key is string else (unique_key or []) -%}
  {%- if keys %}
  delete from {{ target }} as DBT_INTERNAL_DEST
  where exists (
    select 1 from {{ source }} as DBT_INTERNAL_SOURCE
    where {% for key in keys %}{{ ' and ' if not loop.first }}DBT_INTERNAL_SOURCE.{{ key }} = DBT_INTERNAL_DEST.{{ key }}{% endfor %}
  )
  {%- for predicate in ([incremental_predicates] if incremental_predicates is string else (incremental_predicates or [])) %}
    and {{ predicate }}
  {%- endfor %};
  {%- endif %}
  {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {% set known = ['ignore', 'fail', 'append_new_columns', 'sync_all_columns'] %}
  {% if on_schema_change is none %}{{ return(default) }}{% endif %}
  {% if on_schema_change not in known %}
    {{ exceptions.raise_compiler_error('on_schema_change is ' ~ on_schema_change ~ ', which is none of ' ~ (known | join(', '))) }}
  {% endif %}
  {{ return(on_schema_change) }}
{% endmacro %}

{% macro diff_columns(source_columns, target_columns) %}
  {% set names = target_columns | map(attribute='name') | map('upper') | list %}
  {% set missing = [] %}
  {% for column in source_columns if column.name | upper not in names %}
    {% do missing.append(column) %}
  {% endfor %}
  {{ return(missing) }}
{% endmacro %}

{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {% if on_schema_change == 'ignore' %}
    {{ return(none) }}
  {% endif %}
  {% set source_columns = adapter.get_columns_in_relation(source_relation) %}
  {% set target_columns = adapter.get_columns_in_relation(target_relation) %}
  {% set added = diff_columns(source_columns, target_columns) %}
  {% set removed = diff_columns(target_columns, source_columns) %}
  {% if added or removed %}
    {% if on_schema_change == 'fail' %}
      {{ exceptions.raise_compiler_error(
        'The columns of ' ~ target_relation ~ ' no longer fit the model: new ' ~ (added | map(attribute='name') | list)
        ~ ', gone ' ~ (removed | map(attribute='name') | list)
        ~ '. Build it with --full-refresh, or set on_schema_change.'
      ) }}
    {% elif on_schema_change == 'append_new_columns' %}
      {% do alter_relation_add_remove_columns(target_relation, added, none) %}
    {% else %}
      {% do alter_relation_add_remove_columns(target_relation, added, removed) %}
    {% endif %}
  {% endif %}
  {{ return(source_columns) }}
{% endmacro %}

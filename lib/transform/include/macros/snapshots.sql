{# Snapshots: a table that keeps every version that the rows of a query ever had, and from when to when each was current. #}

{% materialization snapshot, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set strategy_name = config.require('strategy') -%}
  {%- set _ = config.require('unique_key') -%}
  {%- set strategy = strategy_dispatch(strategy_name)(model, 'snapshotted_data', 'source_data', model['config'], existing_relation is not none) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if existing_relation is none %}
    {% call statement('main') -%}
      {{ create_table_as(False, target_relation, build_snapshot_table(strategy, sql)) }}
    {%- endcall %}
  {% else %}
    {%- set staging_relation = make_temp_relation(target_relation) -%}
    {% call statement('create_staging') -%}
      {{ create_table_as(True, staging_relation, snapshot_staging_table(strategy, sql, existing_relation)) }}
    {%- endcall %}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(staging_relation) if column.name | lower != 'dbt_change_type' -%}
      {%- do columns.append(column) -%}
    {%- endfor -%}
    {%- set added = diff_columns(columns, adapter.get_columns_in_relation(existing_relation)) -%}
    {% if added %}
      {% do alter_relation_add_remove_columns(existing_relation, added, none) %}
    {% endif %}
    {% call statement('main') -%}
      {{ snapshot_merge_sql(target_relation, staging_relation, columns | map(attribute='quoted') | list) }}
    {%- endcall %}
    {% call statement('drop_staging') -%}
      drop table if exists {{ staging_relation }}
    {%- endcall %}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {% do apply_grants(target_relation, config.get('grants')) %}
  {% do persist_docs(target_relation, model) %}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# The names of the columns that a snapshot adds; a project renames them with snapshot_meta_column_names. #}
{% macro get_snapshot_table_column_names() %}
  {{ return({
    'dbt_valid_to': 'dbt_valid_to',
    'dbt_valid_from': 'dbt_valid_from',
    'dbt_scd_id': 'dbt_scd_id',
    'dbt_updated_at': 'dbt_updated_at',
    'dbt_is_deleted': 'dbt_is_deleted'
  }) }}
{% endmacro %}

{% macro snapshot_column_names() %}
  {% set names = get_snapshot_table_column_names() %}
  {% do names.update(config.get('snapshot_meta_column_names') or {}) %}
  {{ return(names) }}
{% endmacro %}

{# What happens to rows that are gone: ignore, invalidate or new_record. #}
{% macro get_hard_deletes(model_config) %}
  {% set given = model_config.get('hard_deletes') %}
  {% if given is none and model_config.get('invalidate_hard_deletes') %}
    {% set given = 'invalidate' %}
  {% endif %}
  {% if (given or 'ignore') not in ['ignore', 'invalidate', 'new_record'] %}
    {{ exceptions.raise_compiler_error('hard_deletes is ' ~ given ~ ', which is none of ignore, invalidate, new_record') }}
  {% endif %}
  {{ return(given or 'ignore') }}
{% endmacro %}

{% macro snapshot_keys(unique_key) %}
  {{ return([unique_key] if unique_key is string else unique_key) }}
{% endmacro %}

{% macro strategy_dispatch(name) %}
  {% if '.' in name %}
    {% set package_name, plain_name = name.split('.', 1) %}
    {% set search = context[package_name] %}
  {% else %}
    {% set plain_name = name %}
    {% set search = context %}
  {% endif %}
  {% set found = search['snapshot_' ~ plain_name ~ '_strategy'] %}
  {% if not found %}
    {{ exceptions.raise_compiler_error('the snapshot strategy ' ~ name ~ ' is unknown: there are timestamp and check; a macro snapshot_' ~ plain_name ~ '_strategy would add it') }}
  {% endif %}
  {{ return(found) }}
{% endmacro %}

{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% set updated_at = config.require('updated_at') %}
  {% set names = snapshot_column_names() %}
  {% do return({
    'unique_key': config.get('unique_key'),
    'updated_at': updated_at,
    'row_changed': '(' ~ snapshotted_rel ~ '.' ~ names.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')',
    'scd_id': snapshot_hash_arguments(snapshot_keys(config.get('unique_key')) + [updated_at]),
    'hard_deletes': get_hard_deletes(model_config)
  }) %}
{% endmacro %}

{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% set check_cols = config.require('check_cols') %}
  {% set updated_at = config.get('updated_at') or snapshot_get_time() %}
  {% set changes = [] %}
  {% if target_exists %}
    {% set known = adapter.get_columns_in_relation(this) | map(attribute='name') | map('upper') | list %}
    {% set checked = get_columns_in_query(node['compiled_code']) if check_cols == 'all' else check_cols %}
    {% for column in checked %}
      {% if column | upper not in known %}
        {# A column that is new is a change of every row. #}
        {% do changes.append('true') %}
      {% else %}
        {% do changes.append(snapshotted_rel ~ '.' ~ column ~ ' is distinct from ' ~ current_rel ~ '.' ~ column) %}
      {% endif %}
    {% endfor %}
  {% endif %}
  {% do return({
    'unique_key': config.get('unique_key'),
    'updated_at': updated_at,
    'row_changed': '(' ~ (changes | join(' or ') or 'false') ~ ')',
    'scd_id': snapshot_hash_arguments(snapshot_keys(config.get('unique_key')) + [updated_at]),
    'hard_deletes': get_hard_deletes(model_config)
  }) %}
{% endmacro %}

{% macro snapshot_hash_arguments(args) -%}
  {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}
{% macro default__snapshot_hash_arguments(args) -%}
  md5({% for arg in args %}coalesce(cast({{ arg }} as varchar), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro snapshot_string_as_time(timestamp) -%}
  {{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}
{%- endmacro %}
{% macro default__snapshot_string_as_time(timestamp) -%}
  to_timestamp_ntz('{{ timestamp }}')
{%- endmacro %}

{# The end of a version that is current: nothing, unless the project names a moment that never comes. #}
{% macro get_dbt_valid_to_current(strategy, columns) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {{ 'coalesce(nullif(' ~ strategy.updated_at ~ ', ' ~ strategy.updated_at ~ '), ' ~ current ~ ')' if current else 'nullif(' ~ strategy.updated_at ~ ', ' ~ strategy.updated_at ~ ')' }}
{%- endmacro %}

{% macro snapshot_is_current(column) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  ({{ column }} is null{{ ' or ' ~ column ~ ' = ' ~ current if current }})
{%- endmacro %}

{% macro build_snapshot_table(strategy, sql) -%}
  {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{%- endmacro %}
{% macro default__build_snapshot_table(strategy, sql) -%}
  {%- set names = snapshot_column_names() -%}
  select
    *,
    {{ strategy.scd_id }} as {{ names.dbt_scd_id }},
    {{ strategy.updated_at }} as {{ names.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ names.dbt_valid_from }},
    {{ get_dbt_valid_to_current(strategy, names) }} as {{ names.dbt_valid_to }}
    {%- if strategy.hard_deletes == 'new_record' %},
    'False' as {{ names.dbt_is_deleted }}
    {%- endif %}
  from (
    {{ sql }}
  ) as source_data
{%- endmacro %}

{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{%- endmacro %}
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set names = snapshot_column_names() -%}
  {%- set keys = snapshot_keys(strategy.unique_key) -%}
  {%- set columns = get_columns_in_query(source_sql) -%}
  {%- set known = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
  {%- set marks_deleted = strategy.hard_deletes == 'new_record' -%}
  {%- set reappeared = ' or snapshotted_data.' ~ names.dbt_is_deleted ~ " = 'True'" if marks_deleted else '' -%}
  with source_data as (
    select
      *,
      {%- for key in keys %}
      {{ key }} as dbt_unique_key_{{ loop.index }},
      {%- endfor %}
      {{ strategy.updated_at }} as dbt_new_updated_at,
      {{ get_dbt_valid_to_current(strategy, names) }} as dbt_new_valid_to,
      {{ strategy.scd_id }} as dbt_new_scd_id
    from (
      {{ source_sql }}
    ) as snapshot_query
  ),
  snapshotted_data as (
    select
      *
      {%- for key in keys %},
      {{ key }} as dbt_unique_key_{{ loop.index }}
      {%- endfor %}
    from {{ target_relation }}
    where {{ snapshot_is_current(names.dbt_valid_to) }}
  )
  select
    'insert' as dbt_change_type,
    {{ snapshot_columns('source_data', columns) }},
    source_data.dbt_new_scd_id as {{ names.dbt_scd_id }},
    source_data.dbt_new_updated_at as {{ names.dbt_updated_at }},
    source_data.dbt_new_updated_at as {{ names.dbt_valid_from }},
    source_data.dbt_new_valid_to as {{ names.dbt_valid_to }}
    {{- ", 'False' as " ~ names.dbt_is_deleted if marks_deleted }}
  from source_data
  left join snapshotted_data on {{ snapshot_join(keys) }}
  where snapshotted_data.dbt_unique_key_1 is null or {{ strategy.row_changed }}{{ reappeared }}
  union all
  select
    'update',
    {{ snapshot_columns('source_data', columns) }},
    snapshotted_data.{{ names.dbt_scd_id }},
    source_data.dbt_new_updated_at,
    snapshotted_data.{{ names.dbt_valid_from }},
    source_data.dbt_new_updated_at
    {{- ', snapshotted_data.' ~ names.dbt_is_deleted if marks_deleted }}
  from source_data
  join snapshotted_data on {{ snapshot_join(keys) }}
  where {{ strategy.row_changed }}{{ reappeared }}
  {%- if strategy.hard_deletes in ['invalidate', 'new_record'] %}
  union all
  select
    'delete',
    {% for column in columns %}null, {% endfor %}
    snapshotted_data.{{ names.dbt_scd_id }},
    {{ snapshot_get_time() }},
    snapshotted_data.{{ names.dbt_valid_from }},
    {{ snapshot_get_time() }}
    {{- ', snapshotted_data.' ~ names.dbt_is_deleted if marks_deleted }}
  from snapshotted_data
  left join source_data on {{ snapshot_join(keys) }}
  where source_data.dbt_unique_key_1 is null
  {{- " and snapshotted_data." ~ names.dbt_is_deleted ~ " = 'False'" if marks_deleted }}
  {%- endif %}
  {%- if marks_deleted %}
  union all
  select
    'insert',
    {% for column in columns %}{{ 'snapshotted_data.' ~ adapter.quote(column) if column in known else 'null' }}, {% endfor %}
    {{ snapshot_deleted_id(keys) }},
    {{ snapshot_get_time() }},
    {{ snapshot_get_time() }},
    {{ config.get('dbt_valid_to_current') or 'null' }},
    'True'
  from snapshotted_data
  left join source_data on {{ snapshot_join(keys) }}
  where source_data.dbt_unique_key_1 is null and snapshotted_data.{{ names.dbt_is_deleted }} = 'False'
  {%- endif %}
{%- endmacro %}

{% macro snapshot_columns(relation, columns) -%}
  {%- for column in columns %}{{ relation }}.{{ adapter.quote(column) }} as {{ adapter.quote(column) }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{% macro snapshot_join(keys) -%}
  {%- for key in keys %}{{ ' and ' if not loop.first }}snapshotted_data.dbt_unique_key_{{ loop.index }} = source_data.dbt_unique_key_{{ loop.index }}{% endfor -%}
{%- endmacro %}

{% macro snapshot_deleted_id(keys) -%}
  {%- set parts = [] -%}
  {%- for key in keys -%}
    {%- do parts.append('snapshotted_data.dbt_unique_key_' ~ loop.index) -%}
  {%- endfor -%}
  {{ snapshot_hash_arguments(parts + [snapshot_get_time()]) }}
{%- endmacro %}

{% macro snapshot_merge_sql(target, source, insert_cols) -%}
  {{ adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols) }}
{%- endmacro %}
{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set names = snapshot_column_names() -%}
  merge into {{ target }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  on DBT_INTERNAL_SOURCE.{{ names.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ names.dbt_scd_id }}
  when matched
    and {{ snapshot_is_current('DBT_INTERNAL_DEST.' ~ names.dbt_valid_to) }}
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    then update set {{ names.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ names.dbt_valid_to }}
  when not matched
    and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
    then insert ({{ insert_cols | join(', ') }})
    values ({% for column in insert_cols %}DBT_INTERNAL_SOURCE.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

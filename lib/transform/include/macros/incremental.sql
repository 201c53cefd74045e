{# Incremental models: only what is new is computed and put into the table that is there. #}

{% materialization incremental, default %}
  {%- set original_query_tag = set_query_tag() -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set strategy = config.get('incremental_strategy') or 'default' -%}
  {%- set tmp_relation_type = dbt_snowflake_get_tmp_relation_type(strategy, unique_key, 'sql') -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- set full_refresh_mode = should_full_refresh() -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if existing_relation is none or not existing_relation.is_table or full_refresh_mode %}
    {% if existing_relation is not none and not existing_relation.is_table %}
      {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% call statement('main') -%}
      {{ get_create_table_as_sql(False, target_relation, sql) }}
    {%- endcall %}
  {% else %}
    {%- set tmp_relation = make_temp_relation(target_relation).incorporate(type=tmp_relation_type) -%}
    {% call statement('create_tmp_relation') -%}
      {% if tmp_relation_type == 'view' -%}
        {{ snowflake__create_view_as_with_temp_flag(tmp_relation, sql, True) }}
      {%- else -%}
        {{ get_create_table_as_sql(True, tmp_relation, sql) }}
      {%- endif %}
    {%- endcall %}
    {% do adapter.expand_target_column_types(from_relation=tmp_relation, to_relation=target_relation) %}
    {%- set dest_columns = process_schema_changes(on_schema_change, tmp_relation, existing_relation)
      or adapter.get_columns_in_relation(existing_relation) -%}
    {%- set arguments = {
      'target_relation': target_relation,
      'temp_relation': tmp_relation,
      'unique_key': unique_key,
      'dest_columns': dest_columns,
      'incremental_predicates': config.get('predicates') or config.get('incremental_predicates')
    } -%}
    {% call statement('main') -%}
      {{ adapter.get_incremental_strategy_macro(context, strategy)(arguments) }}
    {%- endcall %}
    {% do drop_relation_if_exists(tmp_relation) %}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode)) %}
  {% do persist_docs(target_relation, model) %}
  {% do unset_query_tag(original_query_tag) %}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#
  Whether the new rows are computed once into a table, or are a view that the strategy's one statement reads. Strategies of
  two statements need a table, or the second could see other rows than the first.
#}
{% macro dbt_snowflake_get_tmp_relation_type(strategy, unique_key, language) %}
  {% set configured = config.get('tmp_relation_type') %}
  {% set two_statements = strategy in ['delete+insert', 'microbatch'] and unique_key is not none %}
  {% if configured is not none and configured not in ['table', 'view'] %}
    {{ exceptions.raise_compiler_error('tmp_relation_type is ' ~ configured ~ ', which is none of table, view') }}
  {% endif %}
  {% if two_statements and configured == 'view' %}
    {{ exceptions.raise_compiler_error('the incremental_strategy ' ~ strategy ~ ' with a unique_key runs two statements over the same rows, so its tmp_relation_type can only be table') }}
  {% endif %}
  {% if configured %}
    {{ return(configured) }}
  {% endif %}
  {% if strategy in ['default', 'merge', 'append', 'insert_overwrite'] or (strategy in ['delete+insert', 'microbatch'] and not two_statements) %}
    {{ return('view') }}
  {% endif %}
  {{ return('table') }}
{% endmacro %}

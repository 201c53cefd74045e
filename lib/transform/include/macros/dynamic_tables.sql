{# Dynamic tables: a query that the warehouse itself keeps fresh. What dbt-snowflake calls them by, and its configs. #}

{% materialization dynamic_table, adapter='snowflake' %}
  {%- set original_query_tag = set_query_tag() -%}
  {%- set target_relation = this.incorporate(type='dynamic_table') -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- set build_sql = dynamic_table_get_build_sql(existing_relation, target_relation) | trim -%}
  {% if build_sql == '' %}
    {{ dynamic_table_execute_no_op(target_relation) }}
  {% else %}
    {{ dynamic_table_execute_build_sql(build_sql, existing_relation, target_relation) }}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {% do unset_query_tag(original_query_tag) %}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# What has to run so that the relation is what the config says; empty when it is. #}
{% macro dynamic_table_get_build_sql(existing_relation, target_relation) %}
  {% if existing_relation is none %}
    {{ return(get_create_sql(target_relation, sql)) }}
  {% endif %}
  {% if should_full_refresh() or not existing_relation.is_dynamic_table %}
    {{ return(get_replace_sql(existing_relation, target_relation, sql)) }}
  {% endif %}
  {% set changes = get_dynamic_table_configuration_changes(existing_relation, config) %}
  {% if changes is none %}
    {{ return('') }}
  {% endif %}
  {% set answer = dynamic_table_on_configuration_change() %}
  {% if answer == 'apply' %}
    {{ return(get_alter_dynamic_table_as_sql(existing_relation, changes, target_relation, sql)) }}
  {% elif answer == 'continue' %}
    {% do exceptions.warn('The configuration of ' ~ target_relation ~ ' has changed (' ~ (changes | join(', ')) ~ '), and on_configuration_change is continue: it stays as it is.') %}
    {{ return('') }}
  {% endif %}
  {{ exceptions.raise_compiler_error('The configuration of ' ~ target_relation ~ ' has changed (' ~ (changes | join(', ')) ~ '), and on_configuration_change is fail.') }}
{% endmacro %}

{% macro dynamic_table_on_configuration_change() %}
  {% set answer = config.get('on_configuration_change') or 'apply' %}
  {% if answer not in ['apply', 'continue', 'fail'] %}
    {{ exceptions.raise_compiler_error('on_configuration_change is ' ~ answer ~ ', which is none of apply, continue, fail') }}
  {% endif %}
  {{ return(answer) }}
{% endmacro %}

{% macro dynamic_table_execute_no_op(relation) %}
  {% do store_raw_result(name='main', message='skip ' ~ relation, code='skip', rows_affected='-1') %}
{% endmacro %}

{% macro dynamic_table_execute_build_sql(build_sql, existing_relation, target_relation) %}
  {% call statement('main') %}
    {{ build_sql }}
  {% endcall %}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
  {% do persist_docs(target_relation, model) %}
{% endmacro %}

{% macro snowflake__describe_dynamic_table(relation) %}
  {% set found = run_query("show dynamic tables like '" ~ (folded_identifier(relation) | replace("\\", "\\\\") | replace("'", "''") | replace('_', '\\\\_')) ~ "' in schema " ~ relation.without_identifier()) %}
  {% for row in found.rows if row['name'] == folded_identifier(relation) %}
    {{ return({
      'target_lag': row['target_lag'],
      'snowflake_warehouse': row['warehouse'],
      'refresh_mode': row['refresh_mode'],
      'query': row['text']
    }) }}
  {% endfor %}
  {{ exceptions.raise_compiler_error(relation ~ ' is a dynamic table that SHOW DYNAMIC TABLES does not show') }}
{% endmacro %}

{# The name as Snowflake keeps it. #}
{% macro folded_identifier(relation) %}
  {{ return(relation.identifier if relation.quote_policy.identifier else relation.identifier | upper) }}
{% endmacro %}

{% macro get_dynamic_table_configuration_changes(existing_relation, new_config) %}
  {{ return(adapter.dispatch('get_dynamic_table_configuration_changes', 'dbt')(existing_relation, new_config)) }}
{% endmacro %}

{# Which of the configs differ from what is there; none when none does. #}
{% macro snowflake__get_dynamic_table_configuration_changes(existing_relation, new_config) %}
  {% set there = snowflake__describe_dynamic_table(existing_relation) %}
  {% set changes = {} %}
  {% set lag = new_config.require('target_lag') %}
  {% if lag | lower != there['target_lag'] | lower %}
    {% do changes.update({'target_lag': lag}) %}
  {% endif %}
  {% set warehouse = new_config.require('snowflake_warehouse') %}
  {% if warehouse | upper != there['snowflake_warehouse'] | upper %}
    {% do changes.update({'snowflake_warehouse': warehouse}) %}
  {% endif %}
  {# The warehouse says what AUTO came to, so AUTO never differs. #}
  {% set mode = (new_config.get('refresh_mode') or 'AUTO') | upper %}
  {% if mode != 'AUTO' and mode != there['refresh_mode'] | upper %}
    {% do changes.update({'refresh_mode': mode}) %}
  {% endif %}
  {% if sql is defined and not same_query(there['query'], sql) %}
    {% do changes.update({'query': sql}) %}
  {% endif %}
  {{ return(changes or none) }}
{% endmacro %}

{# Whether the statement that made a dynamic table ends with this query, however it is spaced. #}
{% macro same_query(made_by, query) %}
  {{ return((query.split() | join(' ')) in (made_by.split() | join(' '))) }}
{% endmacro %}

{% macro get_alter_dynamic_table_as_sql(existing_relation, configuration_changes, target_relation, sql) %}
  {{ return(adapter.dispatch('get_alter_dynamic_table_as_sql', 'dbt')(existing_relation, configuration_changes, target_relation, sql)) }}
{% endmacro %}

{% macro snowflake__get_alter_dynamic_table_as_sql(existing_relation, configuration_changes, target_relation, sql) -%}
  {%- if 'refresh_mode' in configuration_changes or 'query' in configuration_changes -%}
    {{ get_replace_sql(existing_relation, target_relation, sql) }}
  {%- else -%}
    alter dynamic table {{ existing_relation }} set
    {%- if 'target_lag' in configuration_changes %} target_lag = '{{ configuration_changes['target_lag'] }}'{% endif %}
    {%- if 'snowflake_warehouse' in configuration_changes %} warehouse = {{ configuration_changes['snowflake_warehouse'] }}{% endif %}
  {%- endif -%}
{%- endmacro %}

{% macro snowflake__get_create_dynamic_table_as_sql(relation, sql) -%}
  create dynamic table {{ relation }}
  {{- dynamic_table_options() }}
  as (
    {{ sql }}
  )
{%- endmacro %}

{% macro snowflake__get_replace_dynamic_table_sql(relation, sql) -%}
  create or replace dynamic table {{ relation }}
  {{- dynamic_table_options() }}
  {%- if config.get('copy_grants', false) %}
  copy grants
  {%- endif %}
  as (
    {{ sql }}
  )
{%- endmacro %}

{% macro dynamic_table_options() %}
  {%- do refuse_iceberg() -%}
  {%- set cluster_by = config.get('cluster_by') %}
  target_lag = '{{ config.require('target_lag') }}'
  warehouse = {{ config.require('snowflake_warehouse') }}
  {%- if config.get('refresh_mode') %}
  refresh_mode = {{ config.get('refresh_mode') | upper }}
  {%- endif %}
  {%- if config.get('initialize') %}
  initialize = {{ config.get('initialize') | upper }}
  {%- endif %}
  {%- if cluster_by %}
  cluster by ({{ cluster_by if cluster_by is string else cluster_by | join(', ') }})
  {%- endif %}
  {{- policies_and_tags() }}
{%- endmacro %}

{% macro snowflake__get_drop_dynamic_table_sql(relation) -%}
  drop dynamic table if exists {{ relation }}
{%- endmacro %}

{% macro snowflake__refresh_dynamic_table(relation) -%}
  alter dynamic table {{ relation }} refresh
{%- endmacro %}

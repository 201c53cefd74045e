{# The statements that make, replace and drop a relation. #}

{% macro get_create_sql(relation, sql) -%}
  {{ return(adapter.dispatch('get_create_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}
{% macro default__get_create_sql(relation, sql) -%}
  {%- if relation.is_dynamic_table -%}
    {{ snowflake__get_create_dynamic_table_as_sql(relation, sql) }}
  {%- elif relation.is_view -%}
    {{ get_create_view_as_sql(relation, sql) }}
  {%- else -%}
    {{ get_create_table_as_sql(False, relation, sql) }}
  {%- endif -%}
{%- endmacro %}

{% macro get_replace_sql(existing_relation, target_relation, sql) -%}
  {{ return(adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql)) }}
{%- endmacro %}
{# Snowflake replaces like by like; anything else has to go first. #}
{% macro default__get_replace_sql(existing_relation, target_relation, sql) -%}
  {%- if existing_relation.type != target_relation.type -%}
    {{ get_drop_sql(existing_relation) }};
    {{ get_create_sql(target_relation, sql) }}
  {%- elif target_relation.is_dynamic_table -%}
    {{ snowflake__get_replace_dynamic_table_sql(target_relation, sql) }}
  {%- else -%}
    {{ get_create_sql(target_relation, sql) }}
  {%- endif -%}
{%- endmacro %}

{% macro get_drop_sql(relation) -%}
  {{ return(adapter.dispatch('get_drop_sql', 'dbt')(relation)) }}
{%- endmacro %}
{% macro default__get_drop_sql(relation) -%}
  {%- if relation.is_dynamic_table -%}
    {{ snowflake__get_drop_dynamic_table_sql(relation) }}
  {%- else -%}
    drop {{ relation.type or 'table' }} if exists {{ relation }} cascade
  {%- endif -%}
{%- endmacro %}

{% macro drop_relation(relation) -%}{{ return(adapter.dispatch('drop_relation', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__drop_relation(relation) -%}
  {%- call statement('drop_relation', auto_begin=False) -%}
    {{ get_drop_sql(relation) }}
  {%- endcall -%}
{%- endmacro %}

{% macro drop_relation_if_exists(relation) %}
  {% if relation is not none %}
    {{ adapter.drop_relation(relation) }}
  {% endif %}
{% endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {%- if language != 'sql' -%}
    {{ exceptions.raise_compiler_error('models in ' ~ language ~ ' cannot be built') }}
  {%- endif -%}
  {{ adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code) }}
{%- endmacro %}
{% macro get_create_table_as_sql(temporary, relation, sql) -%}
  {{ adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql) }}
{%- endmacro %}
{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
  {{ create_table_as(temporary, relation, sql) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
  {%- do refuse_iceberg() -%}
  {%- set kind = 'temporary' if temporary else ('transient' if config.get('transient', true) else '') -%}
  {%- set cluster_by = config.get('cluster_by') if not temporary else none -%}
  {%- set cluster_keys = cluster_by if cluster_by is string else (cluster_by or []) | join(', ') -%}
  {%- set contract = config.get('contract') -%}
  {%- set enforced = contract.enforced if contract else false -%}
  {%- if enforced -%}
    {{ get_assert_columns_equivalent(sql) }}
    {%- set sql = get_select_subquery(sql) -%}
  {%- endif -%}
  {{ config.get('sql_header', '') or '' }}
  create or replace {{ kind }} table {{ relation }}
  {%- if enforced %}
  {{ get_table_columns_and_constraints() }}
  {%- endif %}
  {%- if cluster_keys %}
  cluster by ({{ cluster_keys }})
  {%- endif %}
  {%- if config.get('copy_grants', false) and not temporary %}
  copy grants
  {%- endif %}
  {{- policies_and_tags() if not temporary }}
  as (
    {%- if cluster_keys %}
    select * from (
      {{ sql }}
    )
    order by ({{ cluster_keys }})
    {%- else %}
    {{ sql }}
    {%- endif %}
  )
  {%- if cluster_keys and config.get('automatic_clustering', false) %};
  alter table {{ relation }} resume recluster
  {%- endif %}
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
  {{ adapter.dispatch('create_view_as', 'dbt')(relation, sql) }}
{%- endmacro %}
{% macro get_create_view_as_sql(relation, sql) -%}
  {{ adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql) }}
{%- endmacro %}
{% macro default__get_create_view_as_sql(relation, sql) -%}
  {{ return(create_view_as(relation, sql)) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
  {{ snowflake__create_view_as_with_temp_flag(relation, sql) }}
{%- endmacro %}

{% macro snowflake__create_view_as_with_temp_flag(relation, sql, is_temporary=False) -%}
  {%- set contract = config.get('contract') -%}
  {{ config.get('sql_header', '') or '' }}
  {%- if contract and contract.enforced -%}
    {{ get_assert_columns_equivalent(sql) }}
  {%- endif %}
  create or replace {{ 'secure' if config.get('secure', false) }} {{ 'temporary' if is_temporary }} view {{ relation }}
  {%- if config.persist_column_docs() and not is_temporary %}
  {{ get_persist_docs_column_list(model.columns, get_columns_in_query(sql)) }}
  {%- endif %}
  {%- if config.get('copy_grants', false) and not is_temporary %}
  copy grants
  {%- endif %}
  {{- policies_and_tags() if not is_temporary }}
  as (
    {{ sql }}
  )
{%- endmacro %}

{# Row access policy and tags of the config, as the clauses of a CREATE. #}
{% macro policies_and_tags() -%}
  {%- if config.get('row_access_policy') %}
  with row access policy {{ config.get('row_access_policy') }}
  {%- endif %}
  {%- if config.get('table_tag') %}
  with tag ({{ config.get('table_tag') }})
  {%- endif %}
{%- endmacro %}

{% macro refuse_iceberg() %}
  {% if (config.get('table_format') or 'default') | lower == 'iceberg' %}
    {{ exceptions.raise_compiler_error('table_format iceberg: Iceberg tables are not built by Sluice. Leave table_format out, or build this model with dbt.') }}
  {% endif %}
{% endmacro %}

{# A view must not take the place of a table unasked: its rows would be gone. #}
{% macro handle_existing_table(full_refresh, old_relation) %}
  {{ adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation) }}
{% endmacro %}
{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {% do adapter.drop_relation(old_relation) %}
{% endmacro %}

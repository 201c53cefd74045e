{# Dropping, renaming and replacing relations: the SQL for each kind, under dbt's names. `drop_relation` and `rename_relation` themselves run it. #}

{% macro drop_view(relation) -%}{{ return(adapter.dispatch('drop_view', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__drop_view(relation) -%}drop view if exists {{ relation }} cascade{%- endmacro %}

{% macro drop_table(relation) -%}{{ return(adapter.dispatch('drop_table', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__drop_table(relation) -%}drop table if exists {{ relation }} cascade{%- endmacro %}

{% macro drop_materialized_view(relation) -%}{{ return(adapter.dispatch('drop_materialized_view', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__drop_materialized_view(relation) -%}drop materialized view if exists {{ relation }}{%- endmacro %}

{% macro drop_schema_named(schema_name) -%}{{ return(adapter.dispatch('drop_schema_named', 'dbt')(schema_name)) }}{%- endmacro %}
{% macro default__drop_schema_named(schema_name) -%}
  {%- do adapter.drop_schema(api.Relation.create(database=target.database, schema=schema_name)) -%}
{%- endmacro %}

{% macro get_rename_sql(relation, new_name) -%}{{ return(adapter.dispatch('get_rename_sql', 'dbt')(relation, new_name)) }}{%- endmacro %}
{% macro default__get_rename_sql(relation, new_name) -%}
  {%- if relation.is_view -%}{{ get_rename_view_sql(relation, new_name) }}
  {%- elif relation.is_materialized_view -%}{{ get_rename_materialized_view_sql(relation, new_name) }}
  {%- else -%}{{ get_rename_table_sql(relation, new_name) }}{%- endif -%}
{%- endmacro %}

{% macro get_rename_view_sql(relation, new_name) -%}{{ return(adapter.dispatch('get_rename_view_sql', 'dbt')(relation, new_name)) }}{%- endmacro %}
{% macro default__get_rename_view_sql(relation, new_name) -%}
alter view {{ relation }} rename to {{ relation.incorporate(path={'identifier': new_name}) }}
{%- endmacro %}

{% macro get_rename_table_sql(relation, new_name) -%}{{ return(adapter.dispatch('get_rename_table_sql', 'dbt')(relation, new_name)) }}{%- endmacro %}
{% macro default__get_rename_table_sql(relation, new_name) -%}
alter table {{ relation }} rename to {{ relation.incorporate(path={'identifier': new_name}) }}
{%- endmacro %}

{% macro get_rename_materialized_view_sql(relation, new_name) -%}{{ return(adapter.dispatch('get_rename_materialized_view_sql', 'dbt')(relation, new_name)) }}{%- endmacro %}
{% macro default__get_rename_materialized_view_sql(relation, new_name) -%}
alter materialized view {{ relation }} rename to {{ relation.incorporate(path={'identifier': new_name}) }}
{%- endmacro %}

{% macro get_create_intermediate_sql(relation, sql) -%}{{ return(adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql)) }}{%- endmacro %}
{% macro default__get_create_intermediate_sql(relation, sql) -%}
  {%- set intermediate = make_intermediate_relation(relation) -%}
  {{ get_drop_sql(intermediate) }};
  {{ get_create_sql(intermediate, sql) }}
{%- endmacro %}

{% macro get_rename_intermediate_sql(relation) -%}{{ return(adapter.dispatch('get_rename_intermediate_sql', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__get_rename_intermediate_sql(relation) -%}
{{ get_rename_sql(make_intermediate_relation(relation), relation.identifier) }}
{%- endmacro %}

{% macro get_create_backup_sql(relation) -%}{{ return(adapter.dispatch('get_create_backup_sql', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__get_create_backup_sql(relation) -%}
  {%- set backup = make_backup_relation(relation, relation.type) -%}
  {{ get_drop_sql(backup) }};
  {{ get_rename_sql(relation, backup.identifier) }}
{%- endmacro %}

{% macro get_drop_backup_sql(relation) -%}{{ return(adapter.dispatch('get_drop_backup_sql', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__get_drop_backup_sql(relation) -%}{{ get_drop_sql(make_backup_relation(relation, relation.type)) }}{%- endmacro %}

{% macro get_replace_view_sql(relation, sql) -%}{{ return(adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql)) }}{%- endmacro %}
{% macro default__get_replace_view_sql(relation, sql) -%}{{ get_create_view_as_sql(relation, sql) }}{%- endmacro %}

{% macro get_replace_table_sql(relation, sql) -%}{{ return(adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql)) }}{%- endmacro %}
{% macro default__get_replace_table_sql(relation, sql) -%}{{ get_create_table_as_sql(False, relation, sql) }}{%- endmacro %}

{% macro create_or_replace_view() -%}{{ return(adapter.dispatch('create_or_replace_view', 'dbt')()) }}{%- endmacro %}
{% macro default__create_or_replace_view() -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set old_relation = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks) }}
  {%- if old_relation is not none and not old_relation.is_view -%}
    {%- do adapter.drop_relation(old_relation) -%}
  {%- endif -%}
  {% call statement('main') -%}
    {{ get_create_view_as_sql(target_relation, sql) }}
  {%- endcall %}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(old_relation, full_refresh_mode=True)) -%}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{% macro can_clone_table() -%}{{ return(adapter.dispatch('can_clone_table', 'dbt')()) }}{%- endmacro %}
{% macro default__can_clone_table() -%}{{ return(True) }}{%- endmacro %}

{% macro create_or_replace_clone(this_relation, defer_relation) -%}
  {{ return(adapter.dispatch('create_or_replace_clone', 'dbt')(this_relation, defer_relation)) }}
{%- endmacro %}
{% macro default__create_or_replace_clone(this_relation, defer_relation) -%}
create or replace {{ 'transient ' if config.get('transient', true) }}table {{ this_relation }} clone {{ defer_relation }}
{%- endmacro %}

{# Snowflake has no indexes: there is nothing to create, list or drop. #}
{% macro create_indexes(relation) -%}{{ return(adapter.dispatch('create_indexes', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__create_indexes(relation) -%}{%- endmacro %}
{% macro get_create_index_sql(relation, index_dict) -%}{{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}{%- endmacro %}
{% macro default__get_create_index_sql(relation, index_dict) -%}{{ return(none) }}{%- endmacro %}
{% macro get_drop_index_sql(relation, index_name) -%}{{ return(adapter.dispatch('get_drop_index_sql', 'dbt')(relation, index_name)) }}{%- endmacro %}
{% macro default__get_drop_index_sql(relation, index_name) -%}{{ exceptions.raise_compiler_error('Snowflake has no indexes to drop') }}{%- endmacro %}
{% macro get_show_indexes_sql(relation) -%}{{ return(adapter.dispatch('get_show_indexes_sql', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__get_show_indexes_sql(relation) -%}{{ exceptions.raise_compiler_error('Snowflake has no indexes to show') }}{%- endmacro %}

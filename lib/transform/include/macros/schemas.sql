{# What is in a database and its schemas. #}

{% macro information_schema_name(database) -%}{{ return(adapter.dispatch('information_schema_name', 'dbt')(database)) }}{%- endmacro %}
{% macro default__information_schema_name(database) -%}
  {%- if database -%}{{ adapter.quote_as_configured(database, 'database') }}.information_schema{%- else -%}information_schema{%- endif -%}
{%- endmacro %}

{% macro list_schemas(database) -%}{{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}{%- endmacro %}
{% macro default__list_schemas(database) -%}
  {{ return(run_query("select schema_name as name from " ~ information_schema_name(database) ~ ".schemata order by 1")) }}
{%- endmacro %}

{% macro check_schema_exists(information_schema, schema) -%}
  {{ return(adapter.dispatch('check_schema_exists', 'dbt')(information_schema, schema)) }}
{%- endmacro %}
{% macro default__check_schema_exists(information_schema, schema) -%}
  {{ return(run_query("select count(*) from " ~ information_schema ~ ".schemata where upper(schema_name) = upper('" ~ escape_single_quotes(schema) ~ "')")) }}
{%- endmacro %}

{% macro list_relations_without_caching(schema_relation) -%}
  {{ return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) }}
{%- endmacro %}
{% macro default__list_relations_without_caching(schema_relation) -%}
  {% set sql %}
    select
      table_catalog as "database_name", table_schema as "schema_name", table_name as "name",
      iff(table_type = 'VIEW', 'view', 'table') as "kind"
    from {{ information_schema_name(schema_relation.database) }}.tables
    where upper(table_schema) = upper('{{ escape_single_quotes(schema_relation.schema) }}')
    order by table_name
  {% endset %}
  {{ return(run_query(sql)) }}
{%- endmacro %}

{% macro get_relations() -%}{{ return(adapter.dispatch('get_relations', 'dbt')()) }}{%- endmacro %}
{% macro default__get_relations() -%}
  {{ exceptions.raise_not_implemented('get_relations is not implemented for Snowflake: relations are listed a schema at a time') }}
{%- endmacro %}

{% macro get_relation_last_modified(information_schema, relations) -%}
  {{ return(adapter.dispatch('get_relation_last_modified', 'dbt')(information_schema, relations)) }}
{%- endmacro %}
{% macro default__get_relation_last_modified(information_schema, relations) -%}
  {% call statement('last_modified', fetch_result=True) -%}
    select table_schema as schema, table_name as identifier, last_altered as last_modified, {{ current_timestamp() }} as snapshotted_at
    from {{ information_schema }}.tables
    where
    {%- for relation in relations %}
      (upper(table_schema) = upper('{{ escape_single_quotes(relation.schema) }}') and upper(table_name) = upper('{{ escape_single_quotes(relation.identifier) }}'))
      {%- if not loop.last %} or{% endif -%}
    {%- endfor %}
  {%- endcall -%}
  {{ return(load_result('last_modified')) }}
{%- endmacro %}

{% macro collect_freshness(source, loaded_at_field, filter) -%}
  {{ return(adapter.dispatch('collect_freshness', 'dbt')(source, loaded_at_field, filter)) }}
{%- endmacro %}
{% macro default__collect_freshness(source, loaded_at_field, filter) -%}
  {% call statement('collect_freshness', fetch_result=True, auto_begin=False) -%}
    select max({{ loaded_at_field }}) as max_loaded_at, {{ current_timestamp() }} as snapshotted_at
    from {{ source }}
    {%- if filter %}
    where {{ filter }}
    {%- endif %}
  {%- endcall %}
  {{ return(load_result('collect_freshness')) }}
{%- endmacro %}

{% macro collect_freshness_custom_sql(source, loaded_at_query) -%}
  {{ return(adapter.dispatch('collect_freshness_custom_sql', 'dbt')(source, loaded_at_query)) }}
{%- endmacro %}
{% macro default__collect_freshness_custom_sql(source, loaded_at_query) -%}
  {% call statement('collect_freshness_custom_sql', fetch_result=True, auto_begin=False) -%}
    with loaded as ({{ loaded_at_query }})
    select (select * from loaded) as max_loaded_at, {{ current_timestamp() }} as snapshotted_at
  {%- endcall %}
  {{ return(load_result('collect_freshness_custom_sql')) }}
{%- endmacro %}

{% macro validate_sql(sql) -%}{{ return(adapter.dispatch('validate_sql', 'dbt')(sql)) }}{%- endmacro %}
{% macro default__validate_sql(sql) -%}
  {% call statement('validate_sql') -%}
    explain {{ sql }}
  {%- endcall %}
  {{ return(load_result('validate_sql')) }}
{%- endmacro %}

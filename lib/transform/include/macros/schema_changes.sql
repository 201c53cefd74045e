{# What an incremental model does when its columns are no longer those of its table: on_schema_change. #}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {% set known = ['ignore', 'fail', 'append_new_columns', 'sync_all_columns'] %}
  {% if on_schema_change is none %}{{ return(default) }}{% endif %}
  {% if on_schema_change not in known %}
    {{ exceptions.raise_compiler_error('on_schema_change is ' ~ on_schema_change ~ ', which is none of ' ~ (known | join(', '))) }}
  {% endif %}
  {{ return(on_schema_change) }}
{% endmacro %}

{# The columns that the first has and the second has not. #}
{% macro diff_columns(source_columns, target_columns) %}
  {% set names = target_columns | map(attribute='name') | map('upper') | list %}
  {% set missing = [] %}
  {% for column in source_columns if column.name | upper not in names %}
    {% do missing.append(column) %}
  {% endfor %}
  {{ return(missing) }}
{% endmacro %}

{# Columns of both whose types differ beyond what widening takes care of. #}
{% macro diff_column_data_types(source_columns, target_columns) %}
  {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}
{% macro default__diff_column_data_types(source_columns, target_columns) %}
  {% set changed = [] %}
  {% for source in source_columns %}
    {% for target in target_columns if target.name | upper == source.name | upper %}
      {% if source.data_type != target.data_type and not source.can_expand_to(other_column=target) %}
        {% do changed.append({'column_name': target.name, 'new_type': source.data_type}) %}
      {% endif %}
    {% endfor %}
  {% endfor %}
  {{ return(changed) }}
{% endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) %}
  {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}
{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {% set source_columns = adapter.get_columns_in_relation(source_relation) %}
  {% set target_columns = adapter.get_columns_in_relation(target_relation) %}
  {% set added = diff_columns(source_columns, target_columns) %}
  {% set removed = diff_columns(target_columns, source_columns) %}
  {% set changed = diff_column_data_types(source_columns, target_columns) %}
  {{ return({
    'schema_changed': (added or removed or changed) | length > 0,
    'source_not_in_target': added,
    'target_not_in_source': removed,
    'source_columns': source_columns,
    'target_columns': target_columns,
    'new_target_types': changed
  }) }}
{% endmacro %}

{# Changes the table as on_schema_change says. Returns the columns to write; none when they are the table's own. #}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}
{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {% if on_schema_change == 'ignore' %}
    {{ return(none) }}
  {% endif %}
  {% set changes = check_for_schema_changes(source_relation, target_relation) %}
  {% if changes['schema_changed'] %}
    {% if on_schema_change == 'fail' %}
      {{ exceptions.raise_compiler_error(
        'The columns of ' ~ target_relation ~ ' no longer fit the model: new ' ~ (changes['source_not_in_target'] | map(attribute='name') | list)
        ~ ', gone ' ~ (changes['target_not_in_source'] | map(attribute='name') | list)
        ~ ', of another type ' ~ (changes['new_target_types'] | map(attribute='column_name') | list)
        ~ '. Build it with --full-refresh, or set on_schema_change.'
      ) }}
    {% endif %}
    {% do sync_column_schemas(on_schema_change, target_relation, changes) %}
  {% endif %}
  {{ return(changes['source_columns']) }}
{% endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}
{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {% set added = schema_changes_dict['source_not_in_target'] %}
  {% if on_schema_change == 'append_new_columns' %}
    {% if added %}
      {% do alter_relation_add_remove_columns(target_relation, added, none) %}
    {% endif %}
  {% elif on_schema_change == 'sync_all_columns' %}
    {% set removed = schema_changes_dict['target_not_in_source'] %}
    {% if added or removed %}
      {% do alter_relation_add_remove_columns(target_relation, added, removed) %}
    {% endif %}
    {% for change in schema_changes_dict['new_target_types'] %}
      {% do alter_column_type(target_relation, change['column_name'], change['new_type']) %}
    {% endfor %}
  {% endif %}
{% endmacro %}

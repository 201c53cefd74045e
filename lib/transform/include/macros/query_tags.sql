{# The query tag of a model: set for its statements, and afterwards what it was. #}

{% macro get_current_query_tag() -%}
  {{ return(run_query("show parameters like 'query_tag' in session").rows[0]['value']) }}
{%- endmacro %}

{% macro set_query_tag() -%}
  {{ return(adapter.dispatch('set_query_tag', 'dbt')()) }}
{%- endmacro %}

{% macro default__set_query_tag() -%}
  {% set new_query_tag = config.get('query_tag') %}
  {% if not new_query_tag %}
    {{ return(none) }}
  {% endif %}
  {% set original_query_tag = get_current_query_tag() %}
  {% do run_query("alter session set query_tag = '" ~ (new_query_tag | replace("\\", "\\\\") | replace("'", "''")) ~ "'") %}
  {{ return(original_query_tag) }}
{%- endmacro %}

{% macro unset_query_tag(original_query_tag) -%}
  {{ return(adapter.dispatch('unset_query_tag', 'dbt')(original_query_tag)) }}
{%- endmacro %}

{% macro default__unset_query_tag(original_query_tag) -%}
  {% if config.get('query_tag') %}
    {% if original_query_tag %}
      {% do run_query("alter session set query_tag = '" ~ (original_query_tag | replace("\\", "\\\\") | replace("'", "''")) ~ "'") %}
    {% else %}
      {% do run_query('alter session unset query_tag') %}
    {% endif %}
  {% endif %}
{%- endmacro %}

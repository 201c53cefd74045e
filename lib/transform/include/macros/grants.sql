{# Grants of a config: what is missing is granted, and what is there beyond it revoked. #}

{% macro copy_grants() %}
  {{ return(adapter.dispatch('copy_grants', 'dbt')()) }}
{% endmacro %}
{% macro default__copy_grants() %}
  {{ return(config.get('copy_grants', false)) }}
{% endmacro %}

{# Whether a relation may have grants from before: it was there, and was not made anew without them. #}
{% macro should_revoke(existing_relation, full_refresh_mode=True) %}
  {% if not existing_relation %}
    {{ return(false) }}
  {% endif %}
  {{ return(copy_grants() if full_refresh_mode else true) }}
{% endmacro %}

{% macro apply_grants(relation, grant_config, should_revoke=True) %}
  {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{% endmacro %}
{% macro default__apply_grants(relation, grant_config, should_revoke=True) %}
  {% if grant_config %}
    {% set needed = grant_config %}
    {% set surplus = {} %}
    {% if should_revoke %}
      {% set there = current_grants(relation) %}
      {% set needed = grants_beyond(grant_config, there) %}
      {% set surplus = grants_beyond(there, grant_config) %}
    {% endif %}
    {% for statement_text in get_dcl_statement_list(relation, surplus, get_revoke_sql) + get_dcl_statement_list(relation, needed, get_grant_sql) %}
      {% do run_query(statement_text) %}
    {% endfor %}
  {% endif %}
{% endmacro %}

{% macro get_show_grant_sql(relation) %}
  {{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}
{% endmacro %}
{% macro default__get_show_grant_sql(relation) %}
  show grants on {{ relation.type if relation.is_view else 'table' }} {{ relation }}
{% endmacro %}

{# Roles by privilege; ownership is no grant of a config. #}
{% macro current_grants(relation) %}
  {% set there = {} %}
  {% for row in run_query(get_show_grant_sql(relation)).rows %}
    {% if row['granted_to'] == 'ROLE' and row['privilege'] | upper != 'OWNERSHIP' %}
      {% do there.setdefault(row['privilege'] | lower, []).append(row['grantee_name']) %}
    {% endif %}
  {% endfor %}
  {{ return(there) }}
{% endmacro %}

{# What the first has and the second has not, whatever the case of names. #}
{% macro grants_beyond(some, others) %}
  {% set beyond = {} %}
  {% for privilege, grantees in some.items() %}
    {% set known = [] %}
    {% for other, other_grantees in others.items() if other | upper == privilege | upper %}
      {% for grantee in ([other_grantees] if other_grantees is string else other_grantees) %}
        {% do known.append(grantee | upper) %}
      {% endfor %}
    {% endfor %}
    {% for grantee in ([grantees] if grantees is string else grantees) if grantee | upper not in known %}
      {% do beyond.setdefault(privilege, []).append(grantee) %}
    {% endfor %}
  {% endfor %}
  {{ return(beyond) }}
{% endmacro %}

{% macro get_grant_sql(relation, privilege, grantees) %}
  {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}
{%- macro default__get_grant_sql(relation, privilege, grantees) -%}
  grant {{ privilege }} on {{ 'view' if relation.is_view else 'table' }} {{ relation }} to role {{ grantees | join(', ') }}
{%- endmacro -%}

{% macro get_revoke_sql(relation, privilege, grantees) %}
  {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}
{%- macro default__get_revoke_sql(relation, privilege, grantees) -%}
  revoke {{ privilege }} on {{ 'view' if relation.is_view else 'table' }} {{ relation }} from role {{ grantees | join(', ') }}
{%- endmacro -%}

{# Snowflake takes one role a statement. #}
{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
  {% set statements = [] %}
  {% for privilege, grantees in grant_config.items() %}
    {% for grantee in ([grantees] if grantees is string else grantees) %}
      {% do statements.append(get_dcl_macro(relation, privilege, [grantee])) %}
    {% endfor %}
  {% endfor %}
  {{ return(statements) }}
{% endmacro %}

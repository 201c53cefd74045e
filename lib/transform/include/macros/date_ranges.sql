{# Ranges of days, for models that are built a day at a time. #}

{% macro convert_datetime(date_str, date_fmt) -%}
  {{ return(modules.datetime.datetime.strptime(date_str | string, date_fmt)) }}
{%- endmacro %}

{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') -%}
  {%- set start = convert_datetime(start_date_str, in_fmt) -%}
  {%- set end = convert_datetime(end_date_str if end_date_str is not none else start_date_str, in_fmt) -%}
  {%- set days = (end - start).days -%}
  {%- if days < 0 -%}
    {{ exceptions.raise_compiler_error('a range of dates ends before it begins: ' ~ start_date_str ~ ' to ' ~ end_date_str) }}
  {%- endif -%}
  {%- set dates = [] -%}
  {%- for day in range(days + 1) -%}
    {%- do dates.append((start + modules.datetime.timedelta(days=day)).strftime(out_fmt)) -%}
  {%- endfor -%}
  {{ return(dates) }}
{%- endmacro %}

{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') -%}
  {%- set ends = (raw_partition_date | string).split(',') -%}
  {%- if ends | length > 2 -%}
    {{ exceptions.raise_compiler_error("a range of partitions is one date or two with a comma between them, not '" ~ raw_partition_date ~ "'") }}
  {%- endif -%}
  {{ return(dates_in_range(ends[0], ends[-1], in_fmt=date_fmt)) }}
{%- endmacro %}

{% macro py_current_timestring() -%}
  {{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}
{%- endmacro %}

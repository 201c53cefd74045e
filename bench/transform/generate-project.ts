import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const modelsPerFile = 20;
const stagingShare = 0.4;

/**
 * Writes a dbt project such as a grown team has: staging models over sources, marts that join two or three earlier models through
 * macros, configs in files and folders, descriptions and two generic tests a model.
 *
 * @param directory is made; it must be empty
 */
export function generateProject(directory: string, models: number): void {
  const write = (path: string, text: string): void => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  write('dbt_project.yml', projectFile);
  write('macros/money.sql', macros);
  write('models/sources.yml', sources(models));
  const staging = Math.floor(models * stagingShare);
  for (let first = 0; first < models; first += modelsPerFile) {
    const folder = first < staging ? 'staging' : 'marts';
    const group = `${folder}/g${Math.floor(first / modelsPerFile)}`;
    const descriptions: string[] = [];
    for (let index = first; index < Math.min(models, first + modelsPerFile); index += 1) {
      write(`models/${group}/m_${index}.sql`, index < staging ? stagingModel(index) : mart(index, staging));
      descriptions.push(description(index));
    }
    write(`models/${group}/schema.yml`, `version: 2\nmodels:\n${descriptions.join('')}`);
  }
}

const projectFile = `name: grown
version: '1.0'
config-version: 2
profile: grown
models:
  grown:
    staging:
      +materialized: view
      +tags: [staging]
    marts:
      +materialized: table
      +meta: { owner: finance }
vars:
  first_day: '2020-01-01'
`;

const macros = `{% macro cents_to_money(column, scale=2) -%}
  ({{ column }} / 100)::numeric(16, {{ scale }})
{%- endmacro %}

{% macro columns_of(names, alias) -%}
  {%- for name in names -%}
    {{ alias }}.{{ name }}{% if not loop.last %}, {% endif %}
  {%- endfor -%}
{%- endmacro %}
`;

function sources(models: number): string {
  const tables = Array.from({ length: Math.ceil(models / 10) }, (_, index) => `      - name: t_${index}\n`);
  return `version: 2\nsources:\n  - name: app\n    schema: RAW\n    tables:\n${tables.join('')}`;
}

function stagingModel(index: number): string {
  return `with source as (
    select * from {{ source('app', 't_${Math.floor(index / 10)}') }}
),
renamed as (
    select
        id as m_${index}_id,
        customer_id,
        {{ cents_to_money('amount') }} as amount,
        created_at
    from source
    where created_at >= '{{ var("first_day") }}'
    {% if is_incremental() %} and created_at > (select max(created_at) from {{ this }}) {% endif %}
)
select m_${index}_id as id, customer_id, amount, created_at from renamed
`;
}

function mart(index: number, staging: number): string {
  const parents = [index * 7, index * 13 + 5].map((seed) => seed % staging);
  const earlier = index > staging + 50 ? staging + ((index * 11) % (index - staging - 40)) : undefined;
  const joined = earlier === undefined ? '' : `left join {{ ref('m_${earlier}') }} as c on c.id = a.id\n`;
  return `{{ config(materialized='${index % 3 === 0 ? 'view' : 'table'}', tags=['mart']) }}
{% set names = ['id', 'customer_id', 'created_at'] %}
select
    {{ columns_of(names, 'a') }},
    a.amount + {{ cents_to_money('b.amount', 4) }} as amount
from {{ ref('m_${parents[0]}') }} as a
left join {{ ref('m_${parents[1]}') }} as b on a.id = b.id
${joined}{% for status in ['paid', 'sent'] %}
  {{ 'where' if loop.first else 'and' }} a.customer_id is not null -- {{ status }}
{% endfor %}
`;
}

function description(index: number): string {
  return `  - name: m_${index}
    description: "The model number ${index}, one row an order"
    columns:
      - name: id
        description: Key
        tests: [unique, not_null]
      - name: customer_id
`;
}

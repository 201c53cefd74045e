{# Every film with the category of its rating and its actors. `ref` works in here as it does in a model. #}
{% macro generate_film_ratings() %}
with casts as (
    select
        film_actors.film_id,
        listagg(actors.actor_name, ', ') within group (order by actors.actor_name) as actors
    from {{ ref('stg_film_actors') }} as film_actors
    inner join {{ ref('stg_actors') }} as actors on film_actors.actor_id = actors.actor_id
    group by film_actors.film_id
)

select
    films.film_id,
    films.title,
    films.release_date,
    films.price,
    films.rating,
    films.user_rating,
    {{ rating_category('films.user_rating') }} as rating_category,
    casts.actors
from {{ ref('stg_films') }} as films
left join casts on films.film_id = casts.film_id
{% endmacro %}

{% macro rating_category(user_rating) -%}
case
        when {{ user_rating }} >= 4.5 then 'Excellent'
        when {{ user_rating }} >= 4.0 then 'Good'
        when {{ user_rating }} >= 3.0 then 'Average'
        when {{ user_rating }} is not null then 'Poor'
    end
{%- endmacro %}

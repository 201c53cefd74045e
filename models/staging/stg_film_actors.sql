select
    film_id,
    actor_id
from {{ source('raw', 'film_actors') }}

select
    category_id,
    film_id,
    category_name
from {{ source('raw', 'film_category') }}

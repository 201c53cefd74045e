select
    actor_id,
    actor_name
from {{ source('raw', 'actors') }}

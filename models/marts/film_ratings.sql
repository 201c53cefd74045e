{{ config(materialized='table') }}

{{ generate_film_ratings() }}

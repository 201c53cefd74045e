-- The film catalogue: 14 users, 20 films, 39 categories, 20 actors and 20 parts, 113 rows in all. Everybody in it is invented.
-- Film 9 has no actor and film 4 has two; there is a film in each of the four classes of rating.
CREATE TABLE IF NOT EXISTS users (
  id            integer PRIMARY KEY,
  first_name    varchar(50)  NOT NULL,
  last_name     varchar(50)  NOT NULL,
  email         varchar(100) NOT NULL UNIQUE,
  date_of_birth date         NOT NULL
);

CREATE TABLE IF NOT EXISTS films (
  film_id      integer PRIMARY KEY,
  title        varchar(255)  NOT NULL,
  release_date date          NOT NULL,
  price        numeric(5, 2) NOT NULL,
  rating       varchar(10)   NOT NULL,
  user_rating  numeric(2, 1) NOT NULL CHECK (user_rating BETWEEN 1 AND 5)
);

CREATE TABLE IF NOT EXISTS film_category (
  category_id   integer PRIMARY KEY,
  film_id       integer     NOT NULL REFERENCES films,
  category_name varchar(50) NOT NULL
);

CREATE TABLE IF NOT EXISTS actors (
  actor_id   integer PRIMARY KEY,
  actor_name varchar(255) NOT NULL
);

CREATE TABLE IF NOT EXISTS film_actors (
  film_id  integer NOT NULL REFERENCES films,
  actor_id integer NOT NULL REFERENCES actors,
  PRIMARY KEY (film_id, actor_id)
);

INSERT INTO users (id, first_name, last_name, email, date_of_birth) VALUES
  (1, 'Mira', 'Kessler', 'mira.kessler@example.com', '1984-02-29'),
  (2, 'Jonas', 'Abara', 'jonas.abara@example.com', '1990-07-14'),
  (3, 'Leila', 'Sørensen', 'leila.sorensen@example.com', '1978-11-03'),
  (4, 'Patrick', 'D''Angelo', 'patrick.dangelo@example.com', '2001-01-31'),
  (5, 'Chidi', 'Okafor', 'chidi.okafor@example.com', '1995-05-09'),
  (6, 'Ewa', 'Nowicka', 'ewa.nowicka@example.com', '1988-09-22'),
  (7, 'Rafael', 'Monteiro', 'rafael.monteiro@example.com', '1969-12-25'),
  (8, 'Sunniva', 'Berg', 'sunniva.berg@example.com', '1999-03-17'),
  (9, 'Hiro', 'Matsuda', 'hiro.matsuda@example.com', '1982-06-30'),
  (10, 'Grace', 'Whitlock', 'grace.whitlock@example.com', '1975-08-08'),
  (11, 'Tariq', 'Rahimi', 'tariq.rahimi@example.com', '1993-10-12'),
  (12, 'Beatriz', 'Salgado', 'beatriz.salgado@example.com', '1986-04-04'),
  (13, 'Owen', 'Llewellyn', 'owen.llewellyn@example.com', '2003-02-11'),
  (14, 'Ines', 'Fabre', 'ines.fabre@example.com', '1991-12-01')
ON CONFLICT DO NOTHING;

INSERT INTO films (film_id, title, release_date, price, rating, user_rating) VALUES
  (1, 'The Lighthouse Ledger', '2019-03-15', 14.99, 'PG', 4.6),
  (2, 'Seven Tides to Harrow', '2021-07-02', 12.99, 'PG-13', 4.2),
  (3, 'Paper Moons over Leith', '2017-11-24', 9.99, 'G', 3.8),
  (4, 'A Grammar of Thunder', '2020-02-14', 15.99, 'R', 4.8),
  (5, 'Half Past Midnight', '2015-10-30', 7.99, 'R', 2.7),
  (6, 'The Last Tram to Sunday', '2018-05-11', 11.49, 'PG', 4.0),
  (7, 'Copper & Salt', '2022-09-09', 16.99, 'PG-13', 4.5),
  (8, 'What the Glacier Kept', '2016-01-22', 10.99, 'PG-13', 3.4),
  (9, 'Nobody''s Orchard', '2014-04-18', 6.99, 'PG', 3.0),
  (10, 'Signal from Station Nine', '2023-06-16', 18.99, 'PG-13', 4.4),
  (11, 'The Clockmaker''s Daughters', '2013-12-06', 8.49, 'PG', 3.9),
  (12, 'Dust, Then Rain', '2019-08-23', 12.49, 'R', 4.7),
  (13, 'Monsoon Kitchen', '2020-10-02', 13.99, 'G', 4.1),
  (14, 'Eleven Doors Down', '2012-03-09', 5.99, 'R', 2.4),
  (15, 'The Cartographer''s Lie', '2021-02-26', 14.49, 'PG-13', 4.3),
  (16, 'Kites for Amara', '2018-12-14', 11.99, 'G', 4.9),
  (17, 'Blue Hour Express', '2011-09-30', 4.99, 'PG-13', 2.9),
  (18, 'Small Weather', '2022-04-01', 15.49, 'PG', 3.6),
  (19, 'Über den Dächern', '2017-06-08', 10.49, 'PG', 3.2),
  (20, 'The Quiet Parliament', '2023-11-10', 19.99, 'PG-13', 4.5)
ON CONFLICT DO NOTHING;

INSERT INTO film_category (category_id, film_id, category_name) VALUES
  (1, 1, 'Drama'),
  (2, 1, 'Mystery'),
  (3, 2, 'Adventure'),
  (4, 2, 'Drama'),
  (5, 3, 'Family'),
  (6, 3, 'Comedy'),
  (7, 4, 'Drama'),
  (8, 4, 'War'),
  (9, 5, 'Horror'),
  (10, 6, 'Romance'),
  (11, 6, 'Comedy'),
  (12, 7, 'Crime'),
  (13, 7, 'Drama'),
  (14, 8, 'Thriller'),
  (15, 8, 'Mystery'),
  (16, 9, 'Drama'),
  (17, 9, 'Family'),
  (18, 10, 'Science Fiction'),
  (19, 10, 'Thriller'),
  (20, 11, 'Fantasy'),
  (21, 11, 'Family'),
  (22, 12, 'Western'),
  (23, 12, 'Drama'),
  (24, 13, 'Comedy'),
  (25, 13, 'Romance'),
  (26, 14, 'Horror'),
  (27, 14, 'Thriller'),
  (28, 15, 'Adventure'),
  (29, 15, 'Mystery'),
  (30, 16, 'Animation'),
  (31, 16, 'Family'),
  (32, 17, 'Action'),
  (33, 17, 'Thriller'),
  (34, 18, 'Drama'),
  (35, 18, 'Romance'),
  (36, 19, 'Comedy'),
  (37, 19, 'Music'),
  (38, 20, 'Documentary'),
  (39, 20, 'History')
ON CONFLICT DO NOTHING;

INSERT INTO actors (actor_id, actor_name) VALUES
  (1, 'Ilse Varga'),
  (2, 'Tomas O''Rourke'),
  (3, 'Noor Haddad'),
  (4, 'Benedikt Lund'),
  (5, 'Marisol Quintero'),
  (6, 'Kofi Asante-Reid'),
  (7, 'Yuki Tanabe'),
  (8, 'Fergus MacAllister'),
  (9, 'Anaïs Delacroix'),
  (10, 'Priya Raman'),
  (11, 'Oskar Nyström'),
  (12, 'Lucinda Hale'),
  (13, 'Dmitri Volkonsky'),
  (14, 'Wanjiru Kamau'),
  (15, 'Salvatore Brindisi'),
  (16, 'Hannah Weiss'),
  (17, 'Mateus Figueira'),
  (18, 'Rhiannon Pryce'),
  (19, 'Zeynep Aydın'),
  (20, 'Caleb Stonebridge')
ON CONFLICT DO NOTHING;

INSERT INTO film_actors (film_id, actor_id) VALUES
  (1, 1),
  (2, 2),
  (3, 3),
  (4, 4),
  (5, 5),
  (6, 6),
  (7, 7),
  (8, 8),
  (4, 9),
  (10, 10),
  (11, 11),
  (12, 12),
  (13, 13),
  (14, 14),
  (15, 15),
  (16, 16),
  (17, 17),
  (18, 18),
  (19, 19),
  (20, 20)
ON CONFLICT DO NOTHING;

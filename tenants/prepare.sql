-- What a cell's database needs besides its tables. Idempotent; run by the owner of the database.
CREATE SCHEMA IF NOT EXISTS extensions;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS intarray SCHEMA extensions;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;

-- Accent- and case-blind text, immutable so that it can be indexed.
CREATE OR REPLACE FUNCTION extensions.fold(value text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN lower(extensions.unaccent('extensions.unaccent'::regdictionary, value));

-- The words of a name, the way an index and a search have them: «Jean-Pierre L’Hermite» is jean, pierre, l and hermite.
-- Not strict, as `array_remove` is not: it would not be inlined.
CREATE OR REPLACE FUNCTION extensions.name_words(value text) RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN array_remove(string_to_array(translate(extensions.fold(value), '-''’.,;:/()"', '           '), ' '), '');

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = 'fr' AND cfgnamespace = 'extensions'::regnamespace) THEN
    CREATE TEXT SEARCH CONFIGURATION extensions.fr (COPY = pg_catalog.french);
    ALTER TEXT SEARCH CONFIGURATION extensions.fr
      ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, french_stem;
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO isoloir_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO isoloir_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO isoloir_app;

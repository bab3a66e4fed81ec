-- Prepares one PostgreSQL 18 database for Isoloir: what only a superuser may do. Safe to run again.
--
--   psql --dbname=postgres --set=ON_ERROR_STOP=1 --set=database=isoloir --file=prepare.sql
--
-- The local stack runs it by itself. Elsewhere give both roles a password afterwards (ALTER ROLE ... PASSWORD ...);
-- the rest (grants, migrations, tenants' roles) is done by `manage.py prepare_cell` as isoloir_owner.

\if :{?database}
\else
  \set database isoloir
\endif

SELECT 'CREATE ROLE isoloir_owner LOGIN CREATEROLE CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'isoloir_owner') \gexec
SELECT 'CREATE ROLE isoloir_app LOGIN NOINHERIT NOSUPERUSER'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'isoloir_app') \gexec
SELECT format('CREATE DATABASE %I OWNER isoloir_owner', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

\connect :"database"

REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- Extensions live apart, so that `public` need not be in a tenant's search_path. Usage is for everyone: a tenant's role inherits nothing.
CREATE SCHEMA IF NOT EXISTS extensions AUTHORIZATION isoloir_owner;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA extensions;
-- Called «stable» because somebody could edit its dictionary's file. Said to be immutable, `extensions.fold` is inlined: six times
-- as fast where it is indexed and searched. Without it (a managed database may refuse) everything works, more slowly.
ALTER FUNCTION extensions.unaccent(regdictionary, text) IMMUTABLE;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA extensions;
SELECT 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA extensions'
 WHERE EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') \gexec

-- The slowest queries of the cell, whatever tenant's role ran them: PostgreSQL keeps them without their values.
GRANT pg_read_all_stats TO isoloir_owner;

-- An injected statement must not be able to change the role or the search_path through a function or a view.
REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO isoloir_app, isoloir_owner;
REVOKE UPDATE ON pg_catalog.pg_settings FROM PUBLIC;

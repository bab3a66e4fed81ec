#!/bin/sh
# Run once by PostgreSQL's image, after prepare.sql: the two logins get their passwords.
set -eu
psql --username postgres --dbname isoloir --set=ON_ERROR_STOP=1 \
  --set=app="$(cat /run/secrets/app-password)" --set=owner="$(cat /run/secrets/owner-password)" <<'SQL'
ALTER ROLE isoloir_app PASSWORD :'app';
ALTER ROLE isoloir_owner PASSWORD :'owner';
SQL

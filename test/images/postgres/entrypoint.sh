#!/bin/bash
# The part of the public image's entry point that tests need: a cluster on the first start, then the server as pid 1.
set -euo pipefail

if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
  POSTGRES_PASSWORD="$(< "$POSTGRES_PASSWORD_FILE")"
  export POSTGRES_PASSWORD
  unset POSTGRES_PASSWORD_FILE
fi

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  # Words, as the public image takes them.
  read -ra further <<< "${POSTGRES_INITDB_ARGS:-}"
  initdb --username="$user" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:?is not set}") \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --no-sync "${further[@]}"
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  # The server of the first start listens on the socket alone, so who waits for the port waits for the end of this.
  pg_ctl --wait --options="-c listen_addresses=''" start
  if [ "${POSTGRES_DB:-$user}" != postgres ]; then
    createdb --username="$user" "${POSTGRES_DB:-$user}"
  fi
  pg_ctl --wait --mode=fast stop
fi

exec "$@"

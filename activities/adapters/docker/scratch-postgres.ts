/**
 * What a scratch container of PostgreSQL runs in place of its image's entry point: an empty cluster, and the server on its
 * local socket alone. Official images, Debian's, Bitnami's and Alpine's keep the programs in one of these folders. The
 * superuser is the one that the stack file names; nobody else can reach the socket.
 */
export const SCRATCH_POSTGRES = `set -eu
for folder in $(dirname "$(command -v initdb || echo /none/x)") /usr/lib/postgresql/*/bin /usr/local/bin /usr/local/pgsql/bin /opt/bitnami/postgresql/bin; do
  if [ -x "$folder/initdb" ]; then programs=$folder; fi
done
data=/tmp/pawl-drill
export LC_MESSAGES=C
[ -s "$data/PG_VERSION" ] || "$programs/initdb" --pgdata="$data" --username="$PAWL_USER" --auth=trust --encoding=UTF8 --locale=C
exec "$programs/postgres" -D "$data" -c listen_addresses= -c unix_socket_directories=/var/run/postgresql,/tmp
`;

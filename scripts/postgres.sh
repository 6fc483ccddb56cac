#!/usr/bin/env bash
# Makes sure that a PostgreSQL answers for the tests, and prints its address as the only line of output.
#
# The tests make and drop their own databases, so any server with a superuser will do:
# the one named by FAIRHOLD_TEST_POSTGRES, else Debian's cluster, else a throw-away cluster of our own.
set -euo pipefail

say() { echo "$*" >&2; }
answers() { PGCONNECT_TIMEOUT=5 psql -qAtX "$1" -c 'select 1' >/dev/null 2>&1; }
wait_for() {
    for _ in $(seq 50); do
        if answers "$1"; then return 0; fi
        sleep 0.2
    done
    return 1
}
use() { echo "$1"; exit 0; }

url=${FAIRHOLD_TEST_POSTGRES:-postgres://root@127.0.0.1:5432/postgres}
if answers "$url"; then use "$url"; fi

if [ -n "${FAIRHOLD_TEST_POSTGRES:-}" ]; then
    say "FAIRHOLD_TEST_POSTGRES names a server that does not answer: $url"
    exit 1
fi

if [ "$(id -u)" = 0 ] && command -v pg_ctlcluster >/dev/null; then
    read -r version name _ < <(pg_lsclusters --no-header) || true
    if [ -n "${version:-}" ]; then
        say "Starting PostgreSQL $version/$name"
        pg_ctlcluster "$version" "$name" start >&2 || true
        if wait_for "$url"; then use "$url"; fi
        say "It does not let $url in; using a throw-away cluster instead."
    fi
fi

# PostgreSQL refuses to run as root, and its own user cannot read our folders: hence /var/tmp.
folder=/var/tmp/fairhold-test-postgres
port=54329
url="postgres://fairhold@127.0.0.1:$port/postgres"
if answers "$url"; then use "$url"; fi

programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$programs" ]; then
    say "PostgreSQL is not installed."
    exit 1
fi
as=()
[ "$(id -u)" != 0 ] || as=(runuser -u postgres --)
if [ ! -f "$folder/PG_VERSION" ]; then
    say "Making a throw-away PostgreSQL cluster in $folder"
    (cd / && "${as[@]}" "$programs/initdb" -D "$folder" -U fairhold --auth=trust --no-sync >/dev/null)
fi
say "Starting it on port $port"
(cd / && "${as[@]}" "$programs/pg_ctl" -D "$folder" -l "$folder/log" -w start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300" >/dev/null)
wait_for "$url" || { say "It does not answer; see $folder/log"; exit 1; }
use "$url"

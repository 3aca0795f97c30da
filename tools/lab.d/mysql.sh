# shellcheck shell=bash
# lab.d/mysql.sh: MySQL (Debian sid's, unpacked) and MariaDB (this Debian's). Read by tools/lab.

mysql_install() {
    local name=$1 folder=$LAB/$1 program
    make_lab_folder 0755 "$folder/log" "$folder/tmp"
    if [ "$name" = mysql ]; then
        if [ ! -f "$folder/sysroot/complete" ]; then
            say "fetching MySQL (about 60 MB, once)"
            debs_fetch "$folder" sid mysql-server-core mysql-client-core
            : >"$folder/sysroot/complete"
        fi
        debs_wrap "$folder" /usr/sbin/mysqld
        mysql_check_version
        for program in mysql mysqldump mysqladmin mysqlbinlog; do
            debs_wrap "$folder" "/usr/bin/$program" "--defaults-file=$folder/client.cnf"
        done
    else
        [ -x /usr/bin/mariadb ] || fail "mariadb-client-core is missing: tools/setup"
        [ -x /usr/sbin/mariadbd ] || fail "mariadb-server-core is missing: tools/setup"
        mkdir -p "$folder/bin"
        printf '#!/bin/sh\nexec /usr/bin/mariadb %q "$@"\n' "--defaults-file=$folder/client.cnf" >"$folder/bin/mariadb"
        printf '#!/bin/sh\nexec /usr/sbin/mariadbd "$@"\n' >"$folder/bin/mariadbd"
        chmod 755 "$folder/bin"/*
    fi
}

# Sid moves: say what came rather than trust it.
mysql_check_version() {
    local version
    version=$("$LAB/mysql/bin/mysqld" --no-defaults --version | sed 's/.* Ver \([0-9.]*\).*/\1/')
    printf '8.4\n%s\n' "$version" | sort -CV || fail "sid has MySQL $version; 8.4 or newer is needed"
}

mysql_client() { # name arguments...
    local name=$1 client=mysql
    shift
    [ "$name" = mysql ] || client=mariadb
    "$LAB/$name/bin/$client" "$@"
}

# Written at every start: the port and the sizes can have changed.
mysql_configure() {
    local name=$1 folder=$LAB/$1 memory=1G
    [ "${LAB_SMALL:-0}" = 0 ] || memory=256M
    {
        cat <<CNF
[mysqld]
datadir=$folder/data
tmpdir=$folder/tmp
socket=$LAB/run/$name.sock
pid-file=$folder/data/server.pid
log-error=$folder/log/server.err
port=$(port_of "$name")
bind-address=127.0.0.1
max_allowed_packet=1G
innodb_buffer_pool_size=$memory
log-bin=binlog
binlog_format=ROW
binlog_row_metadata=FULL
secure_file_priv=
ssl-ca=$LAB/tls/ca.pem
ssl-cert=$LAB/tls/server.pem
ssl-key=$LAB/tls/server-key.pem
CNF
        if [ "$name" = mysql ]; then
            cat <<CNF
server-id=97
basedir=$folder/sysroot/usr
lc-messages-dir=$folder/sysroot/usr/share/mysql
character-sets-dir=$folder/sysroot/usr/share/mysql/charsets
plugin-dir=$folder/sysroot/usr/lib/mysql/plugin
mysqlx=OFF
gtid_mode=ON
enforce_gtid_consistency=ON
default_time_zone=+00:00
CNF
        else
            cat <<CNF
server-id=1011
character-set-server=utf8mb4
default_time_zone=+00:00
CNF
        fi
    } >"$folder/server.cnf"
    if [ "$name" = mysql ]; then # MySQL 9 has row format only and warns
        sed -i '/^binlog_format=/d' "$folder/server.cnf"
    fi
}

mysql_client_login() { # name password: what the client programs use
    (
        umask 077
        printf '[client]\nuser=root\npassword=%s\nsocket=%s\n[mysql]\n%s\n%s\n' \
            "$2" "$LAB/run/$1.sock" default-character-set=utf8mb4 max-allowed-packet=1G >"$LAB/$1/client.cnf"
    )
}

# The first start makes the data folder, the accounts and the time zones, or nothing at all.
mysql_initialise() {
    local name=$1 folder=$LAB/$1 server
    rm -rf "$folder/data"
    make_lab_folder 0750 "$folder/data"
    if [ "$name" = mysql ]; then
        as_lab "$folder/bin/mysqld" --defaults-file="$folder/server.cnf" --initialize-insecure \
            >>"$folder/log/stdout" 2>&1
    else
        as_lab mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db \
            --datadir="$folder/data" --tmpdir="$folder/tmp" >>"$folder/log/stdout" 2>&1
    fi || {
        tail -n 15 "$folder"/log/* >&2
        fail "$name could not make its data folder (its words are above)"
    }
}

mysql_start() { # name options...
    local name=$1 folder=$LAB/$1 server=mysqld fresh=
    shift
    [ "$name" = mysql ] || server=mariadbd
    mysql_configure "$name"
    # A killed server leaves its socket and the socket's lock; MySQL believes the lock when any
    # process has that pid by now. Nothing of ours runs here: is_running said so.
    rm -f "$LAB/run/$name.sock" "$LAB/run/$name.sock.lock"
    if [ ! -f "$folder/data/.lab-ready" ]; then
        fresh=1
        mysql_initialise "$name"
    fi
    launch "$name" "$folder/bin/$server" --defaults-file="$folder/server.cnf" "$@"
    if [ -n "$fresh" ]; then
        mysql_client_login "$name" ''
        mysql_wait "$name"
        mysql_populate "$name"
    fi
    mysql_client_login "$name" "$(cat "$LAB/password")"
    mysql_wait "$name"
}

mysql_populate() {
    local name=$1 password
    password=$(cat "$LAB/password")
    # Out of the binary log: tests read it from its start.
    {
        echo 'SET sql_log_bin=0; USE mysql;'
        perl "$HELPERS/timezones.pl" /usr/share/zoneinfo
        echo "CREATE USER root@'%' IDENTIFIED BY '$password'; GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
        if [ "$name" = mariadb ]; then echo "GRANT PROXY ON ''@'%' TO root@'%' WITH GRANT OPTION;"; fi
        echo "ALTER USER root@localhost IDENTIFIED BY '$password';"
    } | mysql_client "$name" || fail "$name: accounts and time zones could not be made"
    : >"$LAB/$name/data/.lab-ready"
}

mysql_wait() { wait_until "$1" mysql_client "$1" -e 'SELECT 1'; }
mysql_version() { mysql_client "$1" -Ne 'SELECT CONCAT(@@version_comment, " ", VERSION())'; }

mysql_env() {
    local name=$1 prefix=LAB_MYSQL
    [ "$name" = mysql ] || prefix=LAB_MARIADB
    print_export ${prefix}_URI "$name://root:$(cat "$LAB/password")@127.0.0.1:$(port_of "$name")/"
    print_export ${prefix}_PORT "$(port_of "$name")"
    print_export ${prefix}_SOCKET "$LAB/run/$name.sock"
    print_export ${prefix}_CLIENT "$LAB/$name/bin/$([ "$name" = mysql ] && echo mysql || echo mariadb)"
    print_export ${prefix}_PID_FILE "$(pid_file "$name")"
    if [ "$name" = mysql ]; then print_export LAB_MYSQL_BIN "$LAB/mysql/bin"; fi
}

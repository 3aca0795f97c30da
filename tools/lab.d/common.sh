# shellcheck shell=bash
# lab.d/common.sh: the lab's folder, its ports, its processes, its certificates. Read by tools/lab.
#
# LAB/                  marker "lab" says that the folder is ours to remove
#   password ports lock
#   run/                sockets and pid files; only the servers' user (and root) may enter, which is
#                       why PostgreSQL can trust its socket
#   tls/                one authority, certificates, keys
#   NAME/               data log tmp, programs, configuration

say() { printf 'lab: %s\n' "$*"; }
fail() {
    printf 'lab: %s\n' "$*" >&2
    exit 1
}
print_export() { printf 'export %s=%q\n' "$1" "$2"; }

# ---- who runs the servers

# Database servers refuse to be root; as root they run as user lab.
as_lab() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=lab --regid="$(id -g lab)" --clear-groups --inh-caps=-all env HOME="$LAB" "$@"
    else
        "$@"
    fi
}
make_lab_user() {
    [ "$(id -u)" = 0 ] || return 0
    id lab >/dev/null 2>&1 || useradd -r -M -s /usr/sbin/nologin lab ||
        fail "cannot make the user 'lab'"
}
make_lab_folder() { # mode folder...: folders that belong to the servers' user
    local mode=$1
    shift
    if [ "$(id -u)" = 0 ]; then
        install -d -o lab -g "$(id -g lab)" -m "$mode" "$@"
    else
        install -d -m "$mode" "$@"
    fi
}

# ---- where the lab is

# A unix socket's path ends at 107 bytes; PostgreSQL's name is the longest: /run/.s.PGSQL.12345
MAX_LAB_PATH=$((107 - 19))

home_in_clone() { printf '%s/.lab\n' "$ROOT"; }
home_elsewhere() { printf '/var/tmp/pgconverge-lab-%s-%s\n' "$(id -u)" "$(printf %s "$ROOT" | cksum | cut -d' ' -f1)"; }

is_ours() { [ -f "$1/lab" ] && [ -O "$1/lab" ] && [ ! -L "$1" ]; }

# Sets LAB to the folder in use, if there is one.
find_lab() {
    for LAB in "$(home_elsewhere)" "$(home_in_clone)"; do
        if is_ours "$LAB"; then return 0; fi
    done
    return 1
}

# Make $1 a lab folder, if we can and the servers' user can enter it (a clone under a 0700 folder).
try_home() {
    LAB=$1
    [ ${#LAB} -le $MAX_LAB_PATH ] || return 1
    if ! is_ours "$LAB"; then
        mkdir "$LAB" 2>/dev/null || return 1 # fails on a folder (or link) that someone else made
        : >"$LAB/lab"
    fi
    as_lab test -r "$LAB/lab" || {
        rm -f "$LAB/lab"
        rmdir "$LAB" 2>/dev/null
        return 1
    }
}

open_lab() {
    make_lab_user
    find_lab || try_home "$(home_in_clone)" || try_home "$(home_elsewhere)" ||
        fail "neither $(home_in_clone) nor $(home_elsewhere) can be used"
    if [ "$LAB" != "$(home_in_clone)" ]; then say "the servers live in $LAB"; fi
}

take_lock() { # one tools/lab at a time; servers must not inherit descriptor 9
    exec 9>"$LAB/lock"
    flock -w 300 9 || fail "another tools/lab has been busy with $LAB for five minutes"
}

prepare_lab() {
    make_lab_folder 0750 "$LAB/run"
    if [ ! -s "$LAB/password" ]; then
        (umask 077 && openssl rand -hex 12 >"$LAB/password") || fail "openssl is missing: tools/setup"
    fi
    [ -f "$LAB/tls/complete" ] || make_certificates
}

# ---- ports

port_of() { if [ -f "$LAB/ports" ]; then sed -n "s/^$1=//p" "$LAB/ports"; fi; }
is_port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Keep the port of last time; else a block of ten that the folder's path decides, so that two clones
# differ, and the next block while it is taken. Below 32768: no outgoing connection sits there.
pick_port() {
    local name=$1 port block try
    port=$(port_of "$name")
    if [ -n "$port" ] && is_port_free "$port"; then return; fi
    block=$(printf %s "$LAB" | cksum | cut -d' ' -f1)
    for try in $(seq 0 999); do
        port=$((20000 + (block + try) % 1000 * 10))
        case $name in
        mariadb) port=$((port + 1)) ;;
        postgres) port=$((port + 2)) ;;
        postgres15) port=$((port + 3)) ;;
        esac
        if is_port_free "$port"; then
            { grep -v "^$name=" "$LAB/ports" 2>/dev/null || true; echo "$name=$port"; } >"$LAB/ports.new"
            mv "$LAB/ports.new" "$LAB/ports"
            return
        fi
    done
    fail "no free port between 20000 and 30000"
}

# ---- processes

pid_file() { echo "$LAB/run/$1.pid"; }
pid_of() { cat "$(pid_file "$1")" 2>/dev/null; }

# A pid file can be stale and its number another process's: a server of ours names its own folder.
is_running() {
    local pid words
    pid=$(pid_of "$1") && [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] || return 1
    words=$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null) || return 1
    grep -qFx -e "--defaults-file=$LAB/$1/server.cnf" -e "$LAB/$1/data" <<<"$words"
}

launch() { # name program options...: in a session of its own, so that Ctrl-C is not for it
    local name=$1
    shift
    # 9 is the lock. setsid, setpriv and env become the program, so $! is the server's own pid.
    as_lab_exec "$@" >>"$LAB/$name/log/stdout" 2>&1 </dev/null 9>&- &
    echo $! >"$(pid_file "$name")"
}
as_lab_exec() {
    if [ "$(id -u)" = 0 ]; then
        exec setsid setpriv --reuid=lab --regid="$(id -g lab)" --clear-groups --inh-caps=-all env HOME="$LAB" "$@"
    else
        exec setsid "$@"
    fi
}

wait_until() { # name command...: until the command succeeds, as long as the server lives
    local name=$1 tries=0 pid
    shift
    pid=$(pid_of "$name")
    until "$@" >/dev/null 2>&1; do
        if [ ! -d "/proc/$pid" ]; then
            tail -n 15 "$LAB/$name"/log/* >&2
            fail "$name did not start (its log is above)"
        fi
        tries=$((tries + 1))
        [ $tries -lt 1200 ] || fail "$name does not answer after two minutes; its log: $LAB/$name/log"
        sleep .1
    done
}

stop() {
    local name=$1 pid signal=TERM tries=0
    is_running "$name" || return 0
    pid=$(pid_of "$name")
    case $name in postgres*) signal=INT ;; esac # PostgreSQL's "fast": do not wait for clients
    kill -"$signal" "$pid"
    while is_running "$name"; do
        tries=$((tries + 1))
        if [ $tries = 600 ]; then
            say "$name does not stop: killed"
            kill -KILL "$pid"
        fi
        sleep .1
    done
    rm -f "$(pid_file "$name")"
    say "$name is down"
}

# ---- TLS

# A test authority, a server certificate for 127.0.0.1 and localhost, one for another name (to see
# VERIFY_IDENTITY refuse it), and a second authority that has signed nothing (to see VERIFY_CA
# refuse it).
make_certificates() {
    local dir=$LAB/tls
    make_lab_folder 0755 "$dir"
    (
        cd "$dir"
        umask 077
        make_authority ca "pgconverge lab CA"
        make_authority other-ca "pgconverge lab, another CA"
        make_certificate server localhost 'DNS:localhost,IP:127.0.0.1'
        make_certificate wrong-name elsewhere.example 'DNS:elsewhere.example'
        rm -f ./*.csr ./*.srl
        chmod 644 ca.pem other-ca.pem server.pem wrong-name.pem
        if [ "$(id -u)" = 0 ]; then chown lab server-key.pem wrong-name-key.pem; fi
        : >complete
    ) >"$dir/openssl.log" 2>&1 || {
        cat "$dir/openssl.log" >&2
        fail "openssl could not make the certificates"
    }
}
make_authority() { # name title
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" -keyout "$1-key.pem" -out "$1.pem" \
        -addext 'keyUsage=critical,keyCertSign,cRLSign'
}
make_certificate() { # name host alternative-names
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$2" -keyout "$1-key.pem" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 3650 -out "$1.pem" \
        -extfile <(printf 'basicConstraints=CA:FALSE\nsubjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$3")
}

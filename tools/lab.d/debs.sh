# shellcheck shell=bash
# lab.d/debs.sh: programs of a newer Debian in a private folder, run with that folder's own libc.
#
# A private apt root with an EMPTY status file makes the resolver list the whole closure, libc6 and
# its loader included; the packages are unpacked, never installed. No root, no chroot.

debian_mirror() { # the mirror that this host uses
    local mirror=${LAB_DEBIAN_MIRROR:-} codename
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    if [ -z "$mirror" ]; then
        # shellcheck disable=SC2016 # apt's own placeholders
        mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
            awk -v codename="$codename" '!found && ($2 == codename || $2 == "stable") { print $1; found = 1 }')
    fi
    [ -n "$mirror" ] || fail "apt names no Debian mirror: set LAB_DEBIAN_MIRROR"
    echo "$mirror"
}

# debs_fetch FOLDER SUITE PACKAGE...: unpack the packages and all they need into FOLDER/sysroot.
debs_fetch() {
    local folder=$1 suite=$2 apt=$1/apt options wanted deb tries mirror
    shift 2
    mirror=$(debian_mirror)
    mkdir -p "$folder/sysroot" "$apt/lists/partial" "$apt/archives/partial"
    echo "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
        >"$apt/sources.list"
    options=(-q -oDir::Etc::SourceList="$apt/sources.list" -oDir::Etc::SourceParts=/dev/null
        -oDir::Etc::Preferences=/dev/null -oDir::Etc::PreferencesParts=/dev/null
        -oDir::State::Lists="$apt/lists" -oDir::State::status=/dev/null -oDir::Cache::archives="$apt/archives"
        -oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache= -oAPT::Sandbox::User=root
        -oAPT::Install-Recommends=0 -oAcquire::Languages=none -oAcquire::Retries=2 -oDebug::NoLocking=1)
    : >"$apt/log"
    for tries in 1 2; do
        if apt-get "${options[@]}" update >>"$apt/log" 2>&1 &&
            apt-get "${options[@]}" -y --print-uris install "$@" libc-bin >"$apt/uris" 2>>"$apt/log"; then
            # No ELF program needs perl: 10 MB saved. 'apt-get download' checks each package's hash.
            mapfile -t wanted < <(sed -n "s/^'[^ ]* \([^_]*\)_.*/\1/p" "$apt/uris" |
                grep -Ev '^(perl|libperl|libgdbm|libdb5)')
            if (cd "$apt/archives" && apt-get "${options[@]}" download "${wanted[@]}" >>"$apt/log" 2>&1); then break; fi
        fi
        [ "$tries" = 1 ] || {
            tail -n 15 "$apt/log" >&2
            fail "Debian $suite could not be fetched from $mirror (apt's words are above)"
        }
        sleep 2
    done
    for deb in "$apt"/archives/*.deb; do dpkg-deb -x "$deb" "$folder/sysroot"; done
    rm -rf "$apt/archives" "$apt/lists"
}

# debs_wrap FOLDER PROGRAM [ARGUMENT...]: FOLDER/bin/NAME runs the unpacked program with its own loader.
debs_wrap() {
    local folder=$1 program=$2 sysroot=$1/sysroot name
    name=$(basename "$program")
    shift 2
    mkdir -p "$folder/bin"
    {
        printf '#!/bin/sh\nexec'
        printf ' %q' "$sysroot/usr/lib64/ld-linux-x86-64.so.2" --library-path \
            "$sysroot/usr/lib/x86_64-linux-gnu:$sysroot/usr/lib/mysql/plugin" --argv0 "$name" "$sysroot$program" "$@"
        printf ' "$@"\n'
    } >"$folder/bin/$name"
    chmod 755 "$folder/bin/$name"
}

# psql and pg_dump 17: pg_dump 15 refuses a server of version 17.
pgclient17_install() {
    local folder=$LAB/pgclient17 program
    if [ ! -x "$folder/bin/psql" ]; then
        debs_fetch "$folder" trixie postgresql-client-17
        for program in pg_dump pg_restore psql; do debs_wrap "$folder" "/usr/lib/postgresql/17/bin/$program"; done
    fi
    say "pgclient17: $("$folder/bin/psql" --version), $folder/bin"
}

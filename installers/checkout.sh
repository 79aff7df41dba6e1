# shellcheck shell=bash
# What a checkout needs before it runs: a Python with venv, then the locked packages in .venv.
# Sourced by ./run and ./test, which set `here`. Says what it does on stderr; does nothing twice.

: "${here:?the folder of the checkout}"
uv_version=0.13.9

say() { printf 'aico-mesh: %s\n' "$*" >&2; }

# install_debian PACKAGE...: through apt where we may, otherwise the exact line to type.
install_debian() {
    local root=()
    command -v apt-get >/dev/null || { say "please install what Debian calls: $*"; exit 1; }
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null \
            || { say "please type: sudo apt-get update && sudo apt-get install -y $*"; exit 1; }
        root=(sudo -n)
    fi
    say "installing $* (apt)"
    "${root[@]}" apt-get update -qq >&2
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >&2
}

# The first Python that is new enough and can make environments.
find_python() {
    local python
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null && { command -v "$python"; return; }
    done
    return 1
}

# uv keeps settings of its own; behind a mirror or a proxy it must know what pip was told.
follow_pip() {
    local settings index certificates
    settings=$("$here/.venv-uv/bin/python" -m pip config list)
    index=$(sed -n "s/^[^ ]*\.index-url='\(.*\)'$/\1/p" <<<"$settings" | head -n 1)
    certificates=$(sed -n "s/^[^ ]*\.cert='\(.*\)'$/\1/p" <<<"$settings" | head -n 1)
    [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
    [ -z "$certificates" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
    [ ! -d /etc/ssl/certs ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
}

is_prepared() {
    [ -x "$here/.venv/bin/python" ] && cmp -s "$here/requirements.lock" "$here/.venv/installed.lock"
}

prepare() {
    local python uv="$here/.venv-uv/bin/uv"
    find_python >/dev/null || install_debian ca-certificates python3-venv
    python=$(find_python) || { say "please install Python 3.11 or newer, with venv"; exit 1; }
    if [ "$("$uv" --version 2>/dev/null | cut -d ' ' -f 2)" != "$uv_version" ]; then
        say "fetching uv $uv_version into .venv-uv"
        "$python" -m venv --clear "$here/.venv-uv" >&2
        "$here/.venv-uv/bin/python" -m pip install --quiet --disable-pip-version-check \
            "uv==$uv_version" >&2
    fi
    follow_pip
    say "fetching what requirements.lock names into .venv"
    [ -x "$here/.venv/bin/python" ] || "$uv" venv --quiet --clear --python "$python" "$here/.venv"
    rm -f "$here/.venv/installed.lock"
    "$uv" pip sync --quiet --require-hashes --python "$here/.venv/bin/python" \
        "$here/requirements.lock" >&2
    cp "$here/requirements.lock" "$here/.venv/installed.lock"
}

# Of two first starts at once the second waits, then finds everything done.
# The lock is held on `run` itself and ends with the subshell. macOS has no flock.
prepare_once() {
    is_prepared || (
        ! command -v flock >/dev/null || flock 9
        is_prepared || prepare
    ) 9<"$here/run"
}

# What Qt needs of the system: the first line for any window, the second for those on X11.
qt_libraries=(
    libegl1 libgl1 libfontconfig1 libdbus-1-3 libglib2.0-0 libxkbcommon0 libbrotli1
    libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0
)

# Whether the libraries that Qt is linked with are there. Elsewhere than on Linux they come along.
has_qt_libraries() {
    local qt needed
    command -v ldd >/dev/null || return 0
    for qt in "$here"/.venv/lib/python3*/site-packages/PySide6/Qt; do
        [ -d "$qt" ] || return 0
        # Read to its end first: a pipe that closes early would make ldd the one that failed.
        needed=$(ldd "$qt/lib/libQt6Gui.so.6" "$qt/plugins/platforms/libqxcb.so" 2>/dev/null) || true
        [[ $needed != *'not found'* ]] || return 1
    done
}

prepare_windows() {
    has_qt_libraries || install_debian "${qt_libraries[@]}"
}

# wants_windows ARGUMENTS...: whether these open the application on a screen.
wants_windows() {
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || return 1
    while [ $# -gt 0 ]; do
        case $1 in
            --home | --passphrase-file) shift ;;
            --home=* | --passphrase-file=* | --json) ;;
            tray | [Aa][Ii][Cc][Oo]-[Mm][Ee][Ss][Hh]:*) return 0 ;;
            *) return 1 ;;
        esac
        [ $# = 0 ] || shift
    done
}

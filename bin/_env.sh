# Sourced by the scripts beside it, from the project folder: makes .venv from the lock files.
# PYTHON chooses the Python it is made with.

UV=uv==0.13.9
BASE_PYTHON='import sys; print(sys._base_executable) if sys.version_info >= (3, 11) else sys.exit(1)'

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Print the first Python that is new enough; of a virtual environment the one it was made with,
# because only that is sure to have pip.
find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 /usr/bin/python3}; do
        base=$("$candidate" -c "$BASE_PYTHON" 2>/dev/null) || continue
        [ -z "$base" ] || {
            echo "$base"
            return
        }
    done
    die "Python 3.11 or newer is needed${PYTHON:+, and $PYTHON is not}. On Debian or Ubuntu:" \
        "    sudo apt-get install python3 python3-pip" \
        "Is it elsewhere? PYTHON=/path/to/python3 $0"
}

# Packages come hash-checked from an index. Debian's python3 may lack both ensurepip and the right
# to install packages, but its pip can install uv into a virtual environment from outside.
make_venv() {
    python=$(find_python)
    echo "making the environment (.venv) with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv --without-pip .venv ||
        die "$python cannot make a virtual environment. On Debian: sudo apt-get install python3-venv"
    "$python" -m pip --version >/dev/null 2>&1 ||
        die "$python has no pip, which fetches the packages. On Debian: sudo apt-get install python3-pip"
    "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check "$UV" ||
        offline
    pwd >.venv/made-in
}

offline() {
    die "" "The packages could not be fetched, see above. Is there a network? Behind a proxy set" \
        "HTTPS_PROXY; for a mirror of the package index set PIP_INDEX_URL. Then run $0 again."
}

# make_environment LOCK...: a usable .venv holding these locks; nothing to do when it does already.
make_environment() {
    began=$(date +%s)
    # Scripts in .venv/bin name their interpreter by its full path: a moved project needs new ones.
    [ -x .venv/bin/uv ] && [ "$(cat .venv/made-in 2>/dev/null)" = "$(pwd)" ] || make_venv
    outdated=
    for lock in "$@"; do
        cmp -s "$lock" ".venv/installed-$lock" || outdated="$outdated --requirements $lock"
    done
    [ -n "$outdated" ] || return 0
    echo "installing packages: about 150 MB the first time"
    [ -z "${PIP_INDEX_URL:-}" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}"
    # uv trusts a list of its own; a company's authority is in the system's, where pip finds it too.
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
    [ -t 2 ] && quiet= || quiet=--quiet
    # Compiled once here, not in each of the six processes of a first start, and not each time where
    # PYTHONDONTWRITEBYTECODE is set, as in many containers.
    # shellcheck disable=SC2086 # words on purpose
    .venv/bin/uv pip install $quiet --compile-bytecode --python .venv/bin/python --require-hashes \
        $outdated || offline
    for lock in "$@"; do cp "$lock" ".venv/installed-$lock"; done
    echo "environment ready after $(($(date +%s) - began)) s"
}

# need WHO ALTERNATIVE PROGRAM=PACKAGE...: install what is missing, as root on Debian; otherwise say
# what WHO needs and what can be done about it. Servers are often in /usr/sbin.
need() {
    who=$1 alternative=$2 missing=
    shift 2
    for pair in "$@"; do
        PATH="$PATH:/usr/sbin" command -v "${pair%%=*}" >/dev/null || missing="$missing ${pair#*=}"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        die "$who needs:$missing. On Debian or Ubuntu:" \
            "    sudo apt-get install --no-install-recommends$missing" "$alternative"
    fi
    echo "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # words on purpose
    apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null ||
        die "these could not be installed, see above:$missing. Is there a network?"
}

need_mariadb() {
    need "$1" "$2" mariadbd=mariadb-server-core mariadb-dump=mariadb-client
}

# run_bench MODULE ARGUMENT...: a measurement, in the environment of the tests.
run_bench() {
    make_environment requirements.txt requirements-dev.txt
    exec .venv/bin/python -m "bench.$@"
}

# Make this clone ready to run; sourced by ./run and ./test with one argument: "run" or "test".
#
# Needs Python 3.11 and a package index, nothing else: node comes with the locked packages. Each step leaves a stamp of
# what it was made from, so that a second start does none of them.

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

digest() { cat "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }
digest_of_folders() { find "$@" -type f 2>/dev/null | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cat | sha256sum | cut -d' ' -f1; }
stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

find_python() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$python"
            return
        fi
    done
    stop "Gieo needs Python 3.11 or newer and found none. On Debian or Ubuntu: apt-get install python3 python3-venv"
}

make_venv() {
    [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null && return
    python=$(find_python) || exit 1
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        command -v apt-get >/dev/null || stop "$python lacks its venv module. Install it (python3-venv) and try again."
        sudo=""
        if [ "$(id -u)" != 0 ]; then
            command -v sudo >/dev/null || stop "$python lacks its venv module. As root: apt-get install python3-venv"
            sudo=sudo
        fi
        say "Installing python3-venv with apt-get ..."
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    fi
    say "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
}

install_packages() {
    run_lock="run $(digest requirements.lock deploy/installer.lock)"
    dev_lock="dev $(digest requirements-dev.lock deploy/installer.lock)"
    stamped .venv/packages.stamp "$dev_lock" && return
    if [ "$1" = run ]; then
        stamped .venv/packages.stamp "$run_lock" && return
        lock=requirements.lock stamp=$run_lock
    else
        lock=requirements-dev.lock stamp=$dev_lock
    fi
    say "Installing the packages of $lock ..."
    rm -f .venv/packages.stamp
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then # an environment whose making was interrupted
        rm -rf .venv
        make_venv
    fi
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r deploy/installer.lock
    .venv/bin/uv pip sync -q --require-hashes --compile-bytecode --python .venv/bin/python "$lock"
    printf '%s\n' "$stamp" >.venv/packages.stamp
}

install_modules() {
    run_lock="run $(digest static/package-lock.json)"
    dev_lock="dev $(digest static/package-lock.json)"
    stamped static/node_modules/packages.stamp "$dev_lock" && return
    if [ "$1" = run ]; then
        stamped static/node_modules/packages.stamp "$run_lock" && return
        omit=--omit=dev stamp=$run_lock
    else
        omit=--include=dev stamp=$dev_lock
    fi
    say "Installing the pages' third-party code ..."
    # The locked node goes first; a system's own stands in where no wheel fits the machine.
    PATH="$PWD/.venv/bin:$PATH" npm ci --prefix static --ignore-scripts "$omit" --no-audit --no-fund --loglevel=error >&2
    printf '%s\n' "$stamp" >static/node_modules/packages.stamp
}

build_assets() {
    made_from=$(digest_of_folders static/css static/js static/img static/build.py static/icons.txt static/fonts-*.txt \
        static/package-lock.json)
    stamped static/built/made-from.stamp "$made_from" && return
    say "Building styles, scripts and fonts ..."
    .venv/bin/python static/build.py
    printf '%s\n' "$made_from" >static/built/made-from.stamp
}

compile_translations() {
    [ -d translations ] || return 0
    for source in translations/*/LC_MESSAGES/*.po; do
        [ -f "$source" ] || continue
        if [ ! -f "${source%.po}.mo" ] || [ -n "$(find "$source" -newer "${source%.po}.mo")" ]; then
            .venv/bin/pybabel -q compile -d translations
            return
        fi
    done
}

set_up() {
    make_venv
    install_packages "$1"
    install_modules "$1"
    build_assets
    compile_translations
}

#!/bin/sh
# Makes .venv where it is missing and installs one list of pinned packages into it.
# Assumes that it is started from the project's folder. PYTHON names an interpreter to prefer.
set -eu
list=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13 python; do
        if new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    echo "Jiceng needs Python 3.11 or newer, and none was found." >&2
    echo "Install it, or name it: make run PYTHON=/path/to/python3.11" >&2
    return 1
}

if ! new_enough .venv/bin/python; then
    python=$(find_python)
    echo "Making the environment .venv with $python" >&2
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "This Python cannot make environments. On Debian and Ubuntu install the package python3-venv," >&2
        echo "then run the same command again." >&2
        exit 1
    fi
fi

echo "Installing $list (a few minutes the first time)" >&2
quiet=--quiet
if [ -t 1 ]; then quiet=; fi
exec .venv/bin/python -m pip install --disable-pip-version-check --no-input $quiet -r "$list"

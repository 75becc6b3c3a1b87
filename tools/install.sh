#!/bin/sh
# install.sh VENV EXTRAS [PYTHON]: make VENV if it is not there, install this checkout and its EXTRAS into it, and only then leave the stamp
# VENV/.installed-EXTRAS that tells make there is nothing to do. Whatever interrupts it, the next call starts over.
set -eu
venv=$1 extras=$2 asked=${3:-}
range='import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))'

suits() { "$1" -c "$range" >/dev/null 2>&1; }
refuse() { echo "visiondet: $1" >&2; exit 1; }

if [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    suits "$venv/bin/python" || refuse "$venv holds $("$venv/bin/python" -V 2>&1), outside 3.10 - 3.13: remove it, or give another one (make VENV=...)"
else
    python=$asked
    if [ -z "$python" ]; then
        for candidate in python3 python3.13 python3.12 python3.11 python3.10 python; do
            if suits "$candidate"; then python=$candidate; break; fi
        done
        [ -n "$python" ] || refuse "needs Python 3.10 - 3.13, and found $(python3 -V 2>/dev/null || echo no python3): say which to use with make PYTHON=/path/to/python3.12"
    fi
    suits "$python" || refuse "needs Python 3.10 - 3.13, and PYTHON=$python is $("$python" -V 2>/dev/null || echo not there)"
    echo "Making $venv with $("$python" -V)"
    "$python" -m venv "$venv" || refuse "could not make $venv (on Debian and Ubuntu: apt install python3-venv)"
fi

rm -f "$venv/.installed-$extras"
echo "Installing visiondet[$extras] into $venv: once, some minutes, and some GB where PyTorch brings its GPU libraries"
"$venv/bin/python" -m pip install --disable-pip-version-check -e ".[$extras]"
touch "$venv/.installed-$extras"

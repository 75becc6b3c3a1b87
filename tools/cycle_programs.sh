#!/bin/sh
# pyCycle and TESPy in an environment of their own, and what they say to map files: tools/cycle_programs.sh check --pycycle MAP.py --tespy MAP.json
# Whole pyCycle cycles want numpy below 2.4, the house has a newer one. $VISIONDET_CYCLE_ENV is where the environment is or will be (.venv-cycle in the checkout).
# Without arguments: makes the environment where it is missing, and prints its python, for VISIONDET_CYCLE_PYTHON.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
env=${VISIONDET_CYCLE_ENV:-$here/../.venv-cycle}
if ! "$env/bin/python" -c "import pycycle, tespy" 2>/dev/null; then
    "${PYTHON:-python3}" -m venv "$env" >&2
    "$env/bin/python" -m pip install --quiet 'tespy==0.11.*' om-pycycle openmdao 'numpy<2.4' >&2
fi
[ $# -gt 0 ] || { cd "$env" && echo "$(pwd)/bin/python"; exit 0; }
exec "$env/bin/python" "$here/cycle_programs.py" "$@"

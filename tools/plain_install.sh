#!/bin/sh
# plain_install.sh PYTHON FOLDER: does `pip install .` give the library and the command without nbdev, and do they work with the newest fastai?
# A second environment would bring the same gigabytes of PyTorch again. So this one sees PYTHON's packages through a .pth file, and only what
# `pip install --upgrade fastai .` asks for on top - the newest fastai, its fastcore, this package's wheel - is put into FOLDER.
set -eu
base=$1 folder=$2
root=$(cd "$(dirname "$0")/.." && pwd)

"$base" -m venv --without-pip "$folder"
site=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$base" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$site/base.pth"

mkdir "$folder/source"  # a copy: building a wheel writes build/ and egg-info
(cd "$root" && cp -R visiondet settings.ini setup.py MANIFEST.in README.md LICENSE "$folder/source/")
"$base" -m pip --python "$folder/bin/python" install --quiet --upgrade "$folder/source" fastai
"$base" -m pip --python "$folder/bin/python" list --path "$site" 2>/dev/null

cd "$folder"
"$folder/bin/python" "$root/tools/plain_smoke.py"
if [ -e "$root/visiondet/cli.py" ]; then "$folder/bin/visiondet" --help >/dev/null; fi

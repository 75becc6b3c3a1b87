"""What must be true of the working tree besides passing tests: `python tools/check.py [NAME...]`, all without a name.

export   the package is what the notebooks export          readme   README.md is what index.ipynb gives
clean    the notebooks are as nbdev_clean leaves them      ruff     package, notebooks, setup.py and tools/ are tidy
law      the import law, and what else 70_architecture asks of the package

Exporting and cleaning run on a copy, so that a check changes nothing. Exit status 1 if any fails.
"""
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def run(*command, cwd=ROOT):
    "Run a command of this environment; `SystemExit` with what it printed if it fails."
    env = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode: raise SystemExit(done.stdout.strip() or f"{command[0]} failed")
    return done.stdout


def differences(a, b):
    "Paths, relative to folders `a` and `b`, of files that are not the same in both."
    files = {o.relative_to(f) for f in (a, b) for o in f.rglob("*")
             if o.is_file() and not {"__pycache__", ".ipynb_checkpoints", ".last_checked"} & set(o.parts)}
    return sorted(str(o) for o in files
                  if not ((a / o).exists() and (b / o).exists() and filecmp.cmp(a / o, b / o, shallow=False)))


def unchanged_by(command, folders, advice):
    "Run an nbdev command on a copy of the workspace, and compare."
    with tempfile.TemporaryDirectory() as tmp:
        copy = Path(tmp)
        shutil.copy(ROOT / "settings.ini", copy)
        for o in ("nbs", "visiondet"): shutil.copytree(ROOT / o, copy / o, ignore=shutil.ignore_patterns("__pycache__"))
        run(command, cwd=copy)
        changed = [f"{o}/{f}" for o in folders for f in differences(ROOT / o, copy / o)]
    if changed: raise SystemExit(f"{advice}: {', '.join(changed)}")


def export(): unchanged_by("nbdev_export", ["nbs", "visiondet"], "run nbdev_export; not what the notebooks give")
def clean(): unchanged_by("nbdev_clean", ["nbs"], "run nbdev_clean; not clean")
def readme(): run(sys.executable, "tools/readme.py", "--check")


def ruff():
    "Mistakes in the code that is imported; no line over 120 columns and no semicolon anywhere, notebooks included."
    run("ruff", "check", "--quiet", "visiondet", "setup.py", "tools")
    run("ruff", "check", "--quiet", "--isolated", "--line-length", "120", "--select", "E501,E702,E703", "nbs")


def law():
    notebook = ROOT / "nbs" / "70_architecture.ipynb"
    if not notebook.exists(): raise SystemExit(f"{notebook.name} is missing")
    run("nbdev_test", "--path", notebook)


checks = {o.__name__: o for o in (export, clean, readme, ruff, law)}


def main():
    names = sys.argv[1:] or list(checks)
    if unknown := set(names) - set(checks):
        raise SystemExit(f"no such check: {', '.join(sorted(unknown))} (there are {', '.join(checks)})")
    failed = 0
    for name in names:
        try: checks[name]()
        except SystemExit as e: failed, said = failed + 1, f"FAIL\n{e}"
        else: said = "ok"
        print(f"{name:8}{said}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

"""Does a notebook that is opened alone run from top to bottom, as in Colab? `python tools/alone.py NOTEBOOK...`

Makes an environment that holds pip and a Jupyter kernel and nothing else, copies the notebooks to an empty folder and
runs all of their cells there. Their first cell has to bring the package, from a wheel that is built here.
`--venv DIR` keeps the environment (and what the notebooks installed).
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
SOURCES = "visiondet settings.ini setup.py MANIFEST.in README.md LICENSE CHANGELOG.md CONTRIBUTING.md".split()


def build_wheel(folder):
    "The wheel of this checkout, built from a copy."
    source = folder / "source"
    source.mkdir()
    for o in SOURCES: subprocess.run(["cp", "-R", ROOT / o, source], check=True)
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source], check=True)
    return next(folder.glob("*.whl"))


def make_environment(folder):
    "A virtual environment with pip and a Jupyter kernel called `alone`."
    if (folder / "share" / "jupyter" / "kernels" / "alone").exists(): return
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "ipykernel"], check=True)
    kernel = [python, "-m", "ipykernel", "install", "--prefix", folder, "--name", "alone"]
    subprocess.run(kernel, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(notebook, folder):
    "Run all cells of a copy of the notebook; what went wrong, or None."
    copy = Path(shutil.copy(notebook, folder))
    nb = nbformat.read(copy, as_version=4)
    for cell in nb.cells:
        if cell.cell_type == "code": cell.outputs = []
    client = NotebookClient(nb, timeout=1200, kernel_name="alone", resources={"metadata": {"path": str(folder)}})
    try: client.execute()
    except CellExecutionError as e: return str(e)[-3000:]
    outputs = [o for c in nb.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
    said = [o["text"] for o in outputs if "Warning" in o["text"]]
    return f"a warning in its outputs: {said[0][:500]}" if said else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--venv", type=Path, help="keep the environment here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alone") as tmp:
        tmp, bad = Path(tmp).resolve(), 0
        venv = (args.venv or tmp / "venv").absolute()
        make_environment(venv)
        hidden = {k for k in os.environ if k.startswith(("PYTHONPATH", "VISIONDET_"))}
        for k in hidden: del os.environ[k]
        os.environ |= {"JUPYTER_PATH": str(venv / "share" / "jupyter"), "VISIONDET_INSTALL": str(build_wheel(tmp))}
        for i, notebook in enumerate(args.notebooks):
            folder = tmp / str(i)
            folder.mkdir()
            problem = run(notebook, folder)
            bad += problem is not None
            print(f"{notebook.name}: {problem or 'runs alone'}", flush=True)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

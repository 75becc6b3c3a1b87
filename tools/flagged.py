"""Run the notebooks that have flagged cells, with those cells, each in a process of its own: `flagged.py slow real`.

Prints `PASS name` or `FAIL name` as each one ends, with the end of what a failing one said. Environment: JOBS (at once,
default 2), NOTEBOOK_SECONDS (each may take, default 900), TOTAL_SECONDS (all together, default 1200: what has not
started by then fails).
"""
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NBDEV_TEST = Path(sys.executable).parent / "nbdev_test"


def has_flag(path, flags):
    "Does any code cell of the notebook carry one of `flags`?"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    said = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return re.search(rf"^\s*#\|\s*({'|'.join(flags)})\s*$", said, re.MULTILINE) is not None


def test(path, flags, seconds):
    "Run one notebook: (passed, what it printed). Its whole process group ends with it."
    env = os.environ | {"PATH": f"{NBDEV_TEST.parent}{os.pathsep}{os.environ['PATH']}"}
    proc = subprocess.Popen([NBDEV_TEST, "--path", path, "--flags", " ".join(flags)], cwd=ROOT, env=env, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)
    try: said, _ = proc.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(proc.pid, signal.SIGKILL)
        said = proc.communicate()[0] + f"\nstopped after {seconds:.0f} s"
    return proc.returncode == 0, said


def main():
    flags = sys.argv[1:] or ["slow", "real"]
    each, total = (float(os.environ.get(k, v)) for k, v in (("NOTEBOOK_SECONDS", 900), ("TOTAL_SECONDS", 1200)))
    end = time.monotonic() + total

    def report(path):
        start = time.monotonic()
        passed, said = test(path, flags, min(each, end - start)) if start < end else (False, "not started: out of time")
        took = time.monotonic() - start
        print(f"{'PASS' if passed else 'FAIL'} {path.name} [{' '.join(flags)}] {took:.0f} s", flush=True)
        if not passed: print("\n".join(f"    {o}" for o in said.strip().splitlines()[-25:]), flush=True)
        return passed

    notebooks = [o for o in sorted((ROOT / "nbs").glob("[!_.]*.ipynb")) if has_flag(o, flags)]
    with ThreadPoolExecutor(int(os.environ.get("JOBS", 2))) as pool: results = list(pool.map(report, notebooks))
    sys.exit(not all(results))


if __name__ == "__main__":
    main()

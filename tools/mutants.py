"""Do the tests hold? Break the code on purpose and see who notices: `python tools/mutants.py [NOTEBOOK...]`.

tools/mutants/<notebook>.yaml lists what someone who wants to break a notebook would change: texts `old` of its exported
cells, each found exactly once (`all: true`: wherever it stands), and the text `new` in its place. Each mutant is
exported in a copy of the workspace, and its notebook is tested there as `nbdev_test` does it. A mutant that passes has
survived: a test is missing. Exit status 1 if more than `--survivors` percent do, or a notebook does not pass unchanged.

Imports of the big libraries are paid once: each test runs in a fork of a process that has them (not of one that has
fastai, which changes what tensors do).
"""
import argparse
import importlib
import json
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tools" / "mutants"
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
BIG = """torch torchvision timm segmentation_models_pytorch albumentations pandas matplotlib.pyplot cv2 scipy.optimize
    scipy.spatial skimage.morphology skimage.measure sklearn.model_selection networkx hypothesis nbdev.export nbdev.test
    typer contourpy imagehash""".split()
COPIED = "settings.ini README.md setup.py data output tools CHANGELOG.md CONTRIBUTING.md LICENSE".split()
IS_EXPORTED = re.compile(r"\s*#\|\s*exporti?s?\b")


def read_list(path):
    "The mutants of a notebook: [(old, new, all)]."
    mutants = [(m["old"], m["new"], m.get("all", False)) for m in yaml.safe_load(path.read_text(encoding="utf-8"))]
    if len({m[:2] for m in mutants}) < len(mutants): raise SystemExit(f"{path}: a mutant is there twice")
    return mutants


def mutate(nb, old, new, everywhere=False):
    "A copy of the notebook (a dict) with `old` replaced in its exported cells; `ValueError` if it is not there once."
    nb = json.loads(json.dumps(nb))
    cells = [c for c in nb["cells"] if c["cell_type"] == "code" and IS_EXPORTED.match("".join(c["source"]))]
    found = sum("".join(c["source"]).count(old) for c in cells)
    if found == 0 or (found > 1 and not everywhere): raise ValueError(f"stands there {found} times: {old!r:.100}")
    for c in cells: c["source"] = "".join(c["source"]).replace(old, new)
    return nb


def workspace(folder, name, nb):
    "A copy of the checkout in `folder`, of links but for the notebook and the module that it exports."
    for o in COPIED: (folder / o).symlink_to(ROOT / o)
    (folder / "nbs").mkdir()
    for o in (ROOT / "nbs").iterdir():
        if o.name != name: (folder / "nbs" / o.name).symlink_to(o)
    (folder / "nbs" / name).write_text(json.dumps(nb), encoding="utf-8")
    package = folder / "visiondet"
    shutil.copytree(ROOT / "visiondet", package, ignore=shutil.ignore_patterns("__pycache__", "bundles"))
    (package / "bundles").symlink_to(ROOT / "visiondet" / "bundles")


def test(folder, name, flags, result):
    "In a process of its own: export and test a notebook in its workspace."
    os.setsid()
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT)
    for fd in (1, 2): os.dup2(log, fd)
    os.chdir(folder / "nbs")
    os.environ["PYTHONPATH"] = str(folder)
    sys.path[:] = [str(folder), *(p for p in sys.path if p not in ("", str(ROOT), str(ROOT / "tools")))]
    from nbdev.export import nb_export
    from nbdev.test import test_nb
    path = folder / "nbs" / name
    nb_export(path, lib_path=folder / "visiondet")
    passed, _ = test_nb(path, {"slow", "real"} - set(flags), set(flags), basepath=path.parent, showerr=True)
    result.put(bool(passed))


def run(name, nb, flags, seconds):
    "Does the notebook pass in a workspace of its own? (True, False or None: out of time; seconds; what it said)"
    with tempfile.TemporaryDirectory(prefix="mutant") as tmp:
        folder, context = Path(tmp).resolve(), multiprocessing.get_context("fork")
        workspace(folder, name, nb)
        result, start = context.SimpleQueue(), time.monotonic()
        process = context.Process(target=test, args=(folder, name, flags, result))
        process.start()
        process.join(seconds)
        if out_of_time := process.is_alive():
            try: os.killpg(process.pid, 9)
            except ProcessLookupError: process.kill()
            process.join()
        passed = None if out_of_time else not result.empty() and result.get()
        said = (folder / "log").read_text(errors="replace") if (folder / "log").exists() else ""
        return passed, time.monotonic() - start, said


def chosen(args):
    "[(notebook, mutant)] that are asked for, and how many lists are too short."
    lists, jobs, few = sorted(LISTS.glob("*.yaml")), [], 0
    starts = [o.name.removesuffix(".ipynb") for o in args.notebooks]
    if starts: lists = [p for p in lists if p.stem.startswith(tuple(starts))]
    if not lists: raise SystemExit(f"no lists of mutants in {LISTS} for {', '.join(starts) or 'any notebook'}")
    for p in lists:
        mutants = read_list(p)
        jobs += [(f"{p.stem}.ipynb", m) for m in mutants]
        if len(mutants) >= args.minimum: continue
        few += 1
        print(f"FEW  {p.stem}: {len(mutants)} mutants, at least {args.minimum} are wanted")
    if not args.sample: return jobs, few
    drawn = random.Random(args.seed).sample(jobs, min(args.sample, len(jobs)))
    return sorted(drawn, key=lambda job: job[0]), few


def judge(nb, mutant, name, flags, seconds):
    "(KILLED, SURVIVED or STALE, what was done)"
    old, new, everywhere = mutant
    try: nb = mutate(nb, old, new, everywhere)
    except ValueError as e: return "STALE", str(e)
    passed, _, _ = run(name, nb, flags, seconds)
    return ("SURVIVED" if passed else "KILLED"), f"{old!r:.90} -> {new!r:.90}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="notebooks, or starts of their names; none: all")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants in all, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another sample")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="mutants at once")
    parser.add_argument("--flags", default="", help="run cells with these flags too: 'slow real'")
    parser.add_argument("--survivors", type=float, default=5, help="percent that may survive")
    parser.add_argument("--minimum", type=int, default=8, help="mutants that each list must hold")
    args = parser.parse_args()
    jobs, bad = chosen(args)
    for o in BIG: importlib.import_module(o)
    names, flags, count, usual = dict.fromkeys(name for name, _ in jobs), args.flags.split(), Counter(), {}
    nbs = {name: json.loads((ROOT / "nbs" / name).read_text(encoding="utf-8")) for name in names}
    with ThreadPoolExecutor(args.jobs) as pool:
        unchanged = pool.map(lambda name: run(name, nbs[name], flags, 600), names)
        for name, (passed, seconds, said) in zip(names, unchanged):
            if passed: usual[name] = seconds
            else: print(f"FAIL {name} does not pass as it is:\n{said[-1500:]}", flush=True)
        jobs = [(name, m) for name, m in jobs if name in usual]
        verdicts = pool.map(lambda job: judge(nbs[job[0]], job[1], job[0], flags, 3 * usual[job[0]] + 60), jobs)
        for (name, _), (verdict, said) in zip(jobs, verdicts):
            count[verdict] += 1
            if verdict != "KILLED": print(f"{verdict} {name}: {said}", flush=True)
    tried = count["KILLED"] + count["SURVIVED"]
    print(f"{tried} mutants of {len(usual)} notebooks: {count['KILLED']} killed, {count['SURVIVED']} survived")
    sys.exit(bool(bad or count["STALE"] or len(usual) < len(names) or count["SURVIVED"] > args.survivors / 100 * tried))


if __name__ == "__main__":
    main()

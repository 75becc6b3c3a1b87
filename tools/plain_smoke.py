"""Does the installed package work as a user without nbdev meets it?

Imports every module, then everything that fastai's users import, then trains.
"""
import importlib
import importlib.metadata
import pkgutil
import sys
import tempfile

for name in ("nbdev", "execnb", "hypothesis", "jupytext"): sys.modules[name] = None  # as if it were not installed

import visiondet

where = visiondet.__file__
if "site-packages" not in where: raise SystemExit(f"this is not the installed package: {where}")
extra = [o for o in importlib.metadata.requires("visiondet") if "nbdev" in o and "extra" not in o]
if extra: raise SystemExit(f"a plain install asks for {extra[0]}")
modules = [o.name for o in pkgutil.walk_packages(visiondet.__path__, "visiondet.") if not o.name.endswith("_modidx")]
for name in modules: importlib.import_module(name)
import fastai.vision.all  # noqa: F401, E402

versions = {o: importlib.metadata.version(o) for o in ("visiondet", "fastai", "fastcore", "torch")}
print(f"{len(modules)} modules without nbdev:", ", ".join(f"{k} {v}" for k, v in versions.items()))

from visiondet.demo import run_demo  # noqa: E402

with tempfile.TemporaryDirectory() as tmp:  # data, two phases, evaluation, both predictors
    run_demo(tmp, n=48, epochs=(1, 1), size=96, bar=False)

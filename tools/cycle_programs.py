"""Do cycle programs run our files? For the python of an environment with pyCycle and TESPy (tools/cycle_programs.sh).

    cycle_programs.py where                                  # versions, and where pyCycle's AXI5 map lies
    cycle_programs.py check --pycycle MAP.py --tespy MAP.json [--against AXI5.py] [--turbojet] [--tolerance 0.005]

`check` runs pyCycle's CompressorMap alone at three off-design points, TESPy's TurboCompressor at design and off design,
and with --turbojet a whole pyCycle turbojet; each beside the numbers in the file itself, and with --against beside the
same run with another pyCycle map. Prints JSON; exit status 1 if anything is off by more than the tolerance.
"""
import argparse
import contextlib
import importlib.metadata
import importlib.util
import io
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np

os.environ |= dict(OPENMDAO_REPORTS="0", MPLBACKEND="agg")
POINTS = ((0.30, 0.45), (0.60, 0.50), (0.85, 0.60))  # shares of the speeds' range, and of the way from surge to choke
DESIGN = dict(flow=30.0, temperature=288.15, pressure=1e5)  # of the TESPy run: kg/s, K, Pa


def load(path):
    "The map object that a pyCycle map file defines."
    spec = importlib.util.spec_from_file_location("the_map", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [v for v in vars(module).values() if hasattr(v, "WcMap")]
    if len(found) != 1: raise SystemExit(f"{path}: {len(found)} maps, not one")
    return found[0]


def table_at(m, nc, r):
    "Flow, efficiency and pressure ratio of a pyCycle map, linear between its points."
    def line(table): return np.array([np.interp(nc, m.NcMap, table[0][:, k]) for k in range(len(m.RlineMap))])
    tables = dict(Wc=m.WcMap, eff=m.effMap, PR=m.PRmap)
    return {name: float(np.interp(r, m.RlineMap, line(t))) for name, t in tables.items()}


def component(m, nc, flow):
    "Pressure ratio and efficiency at corrected speed and flow, found by pyCycle's own CompressorMap."
    import openmdao.api as om
    from pycycle.elements.compressor_map import CompressorMap
    problem = om.Problem(reports=False)
    problem.model = CompressorMap(map_data=m, design=False, extrap=True)
    newton = om.NewtonSolver(solve_subsystems=False, maxiter=60, atol=1e-9, rtol=1e-12, iprint=-1)
    problem.model.nonlinear_solver = newton
    newton.linesearch = om.BoundsEnforceLS(iprint=-1)
    problem.model.linear_solver = om.DirectSolver()
    problem.setup()
    for name in ("s_PR", "s_eff", "s_Wc", "s_Nc"): problem.set_val(name, 1.0)
    problem.set_val("alphaMap", 0.0)
    problem.set_val("Nc", nc, units="rpm")
    problem.set_val("Wc", flow, units="lbm/s")
    problem.run_model()
    return dict(PR=float(problem.get_val("PR")[0]), eff=float(problem.get_val("eff")[0]),
                Nc=float(problem.get_val("NcMap")[0]), R=float(problem.get_val("RlineMap")[0]))


def check_component(m, other):
    "Three points off design, each beside the table (and the other map): a list of dicts."
    out = []
    for speed, way in POINTS:
        nc = float(m.NcMap[0] + speed*(m.NcMap[-1] - m.NcMap[0]))
        r = float(m.RlineMap[0] + way*(m.RlineMap[-1] - m.RlineMap[0]))
        want = table_at(m, nc, r)
        start = time.perf_counter()
        got = component(m, nc, want["Wc"])
        row = dict(Nc=nc, Wc=want["Wc"], PR=got["PR"], eff=got["eff"], R=got["R"], seconds=time.perf_counter() - start,
                   off=max(abs(got[k]/want[k] - 1) for k in ("PR", "eff")))
        if other is not None:
            theirs = component(other, nc, want["Wc"])
            row |= dict(PR_other=theirs["PR"], eff_other=theirs["eff"],
                        off=max(row["off"], *(abs(got[k]/theirs[k] - 1) for k in ("PR", "eff"))))
        row["inside"] = bool(m.RlineMap[0] <= got["R"] <= m.RlineMap[-1] and m.NcMap[0] <= got["Nc"] <= m.NcMap[-1])
        out.append(row)
    return out


def turbojet(m):
    "A single-spool turbojet with this compressor map, at sea level and at two points off design: a dict per point."
    import openmdao.api as om
    import pycycle.api as pyc

    class Turbojet(pyc.Cycle):
        def setup(self):
            design = self.options["design"]
            self.options["thermo_method"] = "TABULAR"
            self.options["thermo_data"] = pyc.AIR_JETA_TAB_SPEC
            self.add_subsystem("fc", pyc.FlightConditions())
            self.add_subsystem("inlet", pyc.Inlet())
            self.add_subsystem("comp", pyc.Compressor(map_data=m, map_extrap=True), promotes_inputs=["Nmech"])
            self.add_subsystem("burner", pyc.Combustor(fuel_type="FAR"))
            self.add_subsystem("turb", pyc.Turbine(map_data=pyc.LPT2269), promotes_inputs=["Nmech"])
            self.add_subsystem("nozz", pyc.Nozzle(nozzType="CD", lossCoef="Cv"))
            self.add_subsystem("shaft", pyc.Shaft(num_ports=2), promotes_inputs=["Nmech"])
            self.add_subsystem("perf", pyc.Performance(num_nozzles=1, num_burners=1))
            for a, b in zip(("fc", "inlet", "comp", "burner", "turb"), ("inlet", "comp", "burner", "turb", "nozz")):
                self.pyc_connect_flow(f"{a}.Fl_O", f"{b}.Fl_I", connect_w=a != "fc")
            for a, b in (("comp.trq", "shaft.trq_0"), ("turb.trq", "shaft.trq_1"), ("inlet.F_ram", "perf.ram_drag"),
                         ("fc.Fl_O:stat:P", "nozz.Ps_exhaust"), ("inlet.Fl_O:tot:P", "perf.Pt2"),
                         ("comp.Fl_O:tot:P", "perf.Pt3"), ("burner.Wfuel", "perf.Wfuel_0"), ("nozz.Fg", "perf.Fg_0")):
                self.connect(a, b)
            self.balances(design)
            self.set_order(["balance", "fc", "inlet", "comp", "burner", "turb", "nozz", "shaft", "perf"])
            newton = om.NewtonSolver(atol=1e-6, rtol=1e-6, iprint=-1, maxiter=25, max_sub_solves=100,
                                     solve_subsystems=True, reraise_child_analysiserror=False)
            self.nonlinear_solver = newton
            newton.linesearch = om.BoundsEnforceLS(iprint=-1)
            self.linear_solver = om.DirectSolver()
            super().setup()

        def balances(self, design):
            balance = self.add_subsystem("balance", om.BalanceComp())
            if design:
                balance.add_balance("W", units="lbm/s", eq_units="lbf", rhs_name="Fn_target")
                balance.add_balance("FAR", eq_units="degR", lower=1e-4, val=0.017, rhs_name="T4_target")
                balance.add_balance("turb_PR", val=1.5, lower=1.001, upper=8, eq_units="hp", rhs_val=0.0)
                pairs = [("perf.Fn", "W"), ("burner.Fl_O:tot:T", "FAR"), ("shaft.pwr_net", "turb_PR")]
                self.connect("balance.turb_PR", "turb.PR")
            else:
                balance.add_balance("FAR", eq_units="lbf", lower=1e-4, val=0.017, rhs_name="Fn_target")
                balance.add_balance("Nmech", val=8000, units="rpm", lower=500, eq_units="hp", rhs_val=0.0)
                balance.add_balance("W", val=100, units="lbm/s", eq_units="inch**2")
                pairs = [("perf.Fn", "FAR"), ("shaft.pwr_net", "Nmech"), ("nozz.Throat:stat:area", "W")]
                self.connect("balance.Nmech", "Nmech")
            for source, name in pairs: self.connect(source, f"balance.lhs:{name}")
            self.connect("balance.W", "inlet.Fl_I:stat:W")
            self.connect("balance.FAR", "burner.Fl_I:FAR")

    conditions = {"OD0": (1e-6, 0.0, 10000.0), "OD1": (0.2, 5000.0, 7500.0)}  # Mach, altitude ft, thrust lbf

    class Engine(pyc.MPCycle):
        def setup(self):
            self.pyc_add_pnt("DESIGN", Turbojet())
            self.set_input_defaults("DESIGN.Nmech", 8070.0, units="rpm")
            for part, mach in (("inlet", 0.6), ("comp", 0.02), ("burner", 0.02), ("turb", 0.4)):
                self.set_input_defaults(f"DESIGN.{part}.MN", mach)
            self.pyc_add_cycle_param("burner.dPqP", 0.03)
            self.pyc_add_cycle_param("nozz.Cv", 0.99)
            for point, (mach, altitude, thrust) in conditions.items():
                self.pyc_add_pnt(point, Turbojet(design=False))
                self.set_input_defaults(f"{point}.fc.MN", val=mach)
                self.set_input_defaults(f"{point}.fc.alt", altitude, units="ft")
                self.set_input_defaults(f"{point}.balance.Fn_target", thrust, units="lbf")
            self.pyc_use_default_des_od_conns()
            self.pyc_connect_des_od("nozz.Throat:stat:area", "balance.rhs:W")
            super().setup()

    problem = om.Problem(reports=False)
    problem.model = Engine()
    problem.setup(check=False)
    for name, value, unit in (("fc.alt", 0, "ft"), ("fc.MN", 1e-6, None), ("balance.Fn_target", 11800.0, "lbf"),
                              ("balance.T4_target", 2370.0, "degR"), ("comp.PR", 13.5, None), ("comp.eff", 0.83, None),
                              ("turb.eff", 0.86, None)):
        problem.set_val(f"DESIGN.{name}", value, units=unit)
    for point in ("DESIGN", *conditions):
        guesses = dict(W=168.45 if point == "DESIGN" else 160.0, FAR=0.0175)
        guesses |= dict(turb_PR=4.46) if point == "DESIGN" else dict(Nmech=7900.0)
        for name, value in guesses.items(): problem[f"{point}.balance.{name}"] = value
        problem[f"{point}.fc.balance.Pt"], problem[f"{point}.fc.balance.Tt"] = 14.7, 518.67
        if point != "DESIGN": problem[f"{point}.turb.PR"] = 4.4
    problem.set_solver_print(level=-1)
    problem.run_model()
    names = dict(PR="comp.PR", eff="comp.eff", W="inlet.Fl_O:stat:W", Fn="perf.Fn", TSFC="perf.TSFC",
                 R="comp.map.RlineMap", Nc="comp.map.NcMap")
    points = ("DESIGN", *conditions)
    return {point: {k: float(problem[f"{point}.{n}"][0]) for k, n in names.items()} for point in points}


def check_turbojet(m, other):
    "The turbojet with this map, beside the same with the other one."
    start = time.perf_counter()
    out = dict(points=turbojet(m), seconds=time.perf_counter() - start, off=0.0)
    out["inside"] = all(m.RlineMap[0] <= p["R"] <= m.RlineMap[-1] and p["PR"] > 1 for p in out["points"].values())
    if other is not None:
        out["other"] = turbojet(other)
        out["off"] = max(abs(p[k]/out["other"][n][k] - 1) for n, p in out["points"].items()
                         for k in p if k not in ("R", "Nc"))
    return out


def compress(maps, changes):
    "TESPy's TurboCompressor with these maps at design, then at each speed and flow (as shares): [(PR, eta), ...]."
    from tespy.components import Sink, Source, TurboCompressor
    from tespy.connections import Connection
    from tespy.networks import Network
    from tespy.tools.characteristics import CharMap
    pr, eta = (CharMap(d["x"], d["y"], d["z"]) for d in maps)
    network = Network(iterinfo=False)
    network.units.set_defaults(pressure="Pa", temperature="K", mass_flow="kg/s")
    source, sink, comp = Source("source"), Sink("sink"), TurboCompressor("compressor")
    inlet, outlet = Connection(source, "out1", comp, "in1"), Connection(comp, "out1", sink, "in1")
    network.add_conns(inlet, outlet)
    design = maps[0]["design"]
    inlet.set_attr(fluid={"air": 1}, p=DESIGN["pressure"], T=DESIGN["temperature"], m=DESIGN["flow"])
    comp.set_attr(pr=design["pressure_ratio"], eta_s=design["efficiency"], igva=0, design=["pr", "eta_s"],
                  offdesign=["char_map_pr", "char_map_eta_s"], char_map_pr={"char_func": pr, "is_set": True},
                  char_map_eta_s={"char_func": eta, "is_set": True})
    comp.char_map_pr.is_set = comp.char_map_eta_s.is_set = False  # off design they are used, not at design
    network.solve("design")
    network.assert_convergence()
    state, out = network.save(as_dict=True), [(comp.pr.val, comp.eta_s.val)]
    for x, y in changes:
        inlet.set_attr(T=DESIGN["temperature"]/x**2, m=DESIGN["flow"]*y*x)
        network.solve("offdesign", design_path=state)
        network.assert_convergence()
        out.append((comp.pr.val, comp.eta_s.val))
    return out


def check_tespy(path):
    "Design, design off design, and three points, each beside the table: a list of dicts."
    found = json.loads(Path(path).read_text())
    maps = [next(v for k, v in found.items() if k.endswith(end)) for end in ("_pr", "_eta_s")]
    x, y, z, e = (np.array(v) for v in (maps[0]["x"], maps[0]["y"], maps[0]["z"], maps[1]["z"]))
    low, high = max(x[0], 0.9), min(x[-1], 1.05)  # the shaft keeps its speed: only warm and cold air change it
    places, changes = [(1.0, None)] + [(low + a*(high - low), b) for a, b in POINTS], []
    for n, way in places:
        rows = [np.array([np.interp(n, x, t[:, k]) for k in range(t.shape[1])]) for t in (y, z, e)]
        flow = 1.0 if way is None else rows[0][0] + way*(rows[0][-1] - rows[0][0])
        changes.append((n, flow, float(np.interp(flow, rows[0], rows[1])), float(np.interp(flow, rows[0], rows[2]))))
    start = time.perf_counter()
    got = compress(maps, [c[:2] for c in changes])
    seconds = (time.perf_counter() - start)/len(got)
    design, out = maps[0]["design"], []
    for (n, flow, want_pr, want_eta), (pr, eta) in zip([(1.0, 1.0, 1.0, 1.0), *changes], got):
        want = want_pr*design["pressure_ratio"], want_eta*design["efficiency"]
        out.append(dict(x=n, y=flow, PR=float(pr), eta=float(eta), PR_table=want[0], eta_table=want[1], seconds=seconds,
                        off=max(abs(pr/want[0] - 1), abs(eta/want[1] - 1))))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["where", "check"])
    parser.add_argument("--pycycle")
    parser.add_argument("--tespy")
    parser.add_argument("--against")
    parser.add_argument("--turbojet", action="store_true")
    parser.add_argument("--tolerance", type=float, default=0.005)
    o = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    if o.what == "where":
        folder = importlib.util.find_spec("pycycle").submodule_search_locations[0]
        versions = {p: importlib.metadata.version(p) for p in ("om-pycycle", "openmdao", "tespy", "numpy")}
        print(json.dumps(dict(axi5=str(Path(folder)/"maps"/"axi5.py"), **versions)))
        return
    out, chatter = {}, io.StringIO()
    with contextlib.redirect_stdout(chatter):  # the programs talk
        other = load(o.against) if o.against else None
        if o.pycycle: out["component"] = check_component(load(o.pycycle), other)
        if o.pycycle and o.turbojet: out["turbojet"] = check_turbojet(load(o.pycycle), other)
        if o.tespy: out["tespy"] = check_tespy(o.tespy)
    rows = [r for v in out.values() for r in (v if isinstance(v, list) else [v])]
    out["worst"] = max((r["off"] for r in rows), default=0.0)
    out["ok"] = bool(rows) and out["worst"] <= o.tolerance and all(r.get("inside", True) for r in rows)
    print(json.dumps(out, indent=1))
    sys.exit(0 if out["ok"] else 1)


if __name__ == "__main__": main()

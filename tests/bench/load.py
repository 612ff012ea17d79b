"""Measures load over time, search, and many acts at once: each part in a process of its own, one after the other.

    python -m tests.bench.load [--only history,plots,search,bulk] [--vms 1500] [--hosts 200] [--weeks 53] [--rounds 120]

Prints a table of the figures that must be reached and writes build/bench.json: `load`.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench import figures

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "bench.json"
PARTS = ("history", "plots", "search", "bulk")
Told = dict[str, Any]

_RUN = """
import importlib, json, sys
told = importlib.import_module(f"tests.bench.load_{sys.argv[1]}").measure(**json.loads(sys.argv[2]))
sys.stderr.flush()
print("\\n" + json.dumps(told))
"""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def part(name: str, **settings: int) -> Told:
    """What one part measured. Errors: SystemExit with what it said last."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, name, json.dumps(settings)],
        cwd=ROOT,
        env={"QT_QPA_PLATFORM": "offscreen", **os.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def judge(told: Told) -> None:
    """Prints which limits were met, of the parts that were run, and writes all that was measured."""
    table, told["missed"] = figures.judged(told, [limit for limit in figures.load_limits() if limit.key in told])
    say(table)
    figures.write(REPORT, load=told)
    say(f"written to {REPORT.relative_to(ROOT)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, apart by commas")
    for name, value, meaning in (
        ("vms", 1500, "VMs of history and bulk"),
        ("hosts", 200, "hosts of history and bulk"),
        ("weeks", 53, "weeks of the history that is made; its size is told for a year"),
        ("rounds", 120, "rounds of statistics that are recorded"),
    ):
        parser.add_argument(f"--{name}", type=int, default=value, help=meaning)
    chosen = parser.parse_args()
    wanted = chosen.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    compileall.compile_dir(ROOT / "console", quiet=1)  # as an installed program is
    fleet = {"hosts": chosen.hosts, "vms": chosen.vms}
    settings = {"history": {**fleet, "weeks": chosen.weeks, "rounds": chosen.rounds}, "bulk": fleet}
    told: Told = {}
    try:
        for name in wanted:
            told |= part(name, **settings.get(name, {}))
            say(f"  {name}: measured")
    finally:
        if told:
            judge(told)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Measures snapshots and clones on a lab host with a real guest: against virsh, against cp, and what the window feels of it.

    python -m tests.bench.snapshots [--only plans,acts,clones,copy,window] [--rounds 7] [--clones 20] [--copy-mib 768]

Each act is ours and virsh's in turn, on the same guest, from the same workstation; the median counts. Ours is from the word of
the person who has read the plan to the job's end: asked again, journalled, done, seen; what planning takes is told beside it.
virsh's is its process, as a person starts it. Prints a table of the
figures that must be reached and writes build/bench.json: `snapshots`. Needs root (see tests/lab).
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import figures, snapshots_host, snapshots_plans
from tests.bench.screen import virtual_screen
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.harness.machine import missing

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "bench.json"
PARTS = ("plans", "acts", "clones", "copy", "window")
POOL_MIB = 6144  # of the host's pool, in memory
WINDOW_LIMIT = 240.0  # seconds
Told = dict[str, Any]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def window(lab: Lab, host: Host, folder: Path) -> Told:
    """The window on a VM's snapshots, in a process of its own on the workstation, while acts go on."""
    guest = snapshots_host.with_history(host)
    plan = {"profile": str(folder), "uri": host.uri("tcp"), "uuid": guest.uuid, "t0": time.monotonic()}
    nice(host)
    with virtual_screen() as display, (folder / "stderr").open("w") as log:
        done = subprocess.run(
            lab.argv(sys.executable, "-m", "tests.bench.snapshots_window", json.dumps(plan)),
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "QT_QPA_PLATFORM")}
            | lab.environment()
            | {"DISPLAY": display, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            timeout=WINDOW_LIMIT,
        )
    guest.remove()
    if done.returncode or not done.stdout.strip():
        raise SystemExit(f"the window: {(folder / 'stderr').read_text()[-3000:]}")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def nice(host: Host) -> None:
    """Elsewhere hosts have CPUs of their own; here they would take those of the window."""
    host.exec("sh", "-c", "renice -n 10 -p $(pidof libvirtd) $(pidof qemu-system-x86_64)", check=False)


def measure(wanted: list[str], rounds: int, clones: int, copy_mib: int, told: Told) -> None:
    """Runs the parts, one after the other; puts each into `told` as soon as it is known, since a later one may fail."""
    if "plans" in wanted:
        told |= snapshots_plans.measure()
        say("  plans: measured")
    if wanted == ["plans"]:
        return
    lab = Lab.up(["alpha"], disk_mib=POOL_MIB)
    try:
        host = lab.hosts["alpha"]
        with tempfile.TemporaryDirectory(prefix="splendid-snapshots-") as name:
            folder = Path(name)
            with lab.entered(), snapshots_host.console(lab, folder / "host") as bench:
                parts: dict[str, Callable[[], Told]] = {
                    "acts": partial(bench.acts, rounds),
                    "clones": partial(bench.clones, clones),
                    "copy": partial(bench.copy, copy_mib),
                }
                for part, work in parts.items():
                    if part in wanted:
                        told |= work()
                        say(f"  {part}: measured")
            if "window" in wanted:
                (folder / "window").mkdir()
                told |= window(lab, host, folder / "window")
                say("  window: measured")
    finally:
        lab.down()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, apart by commas")
    parser.add_argument("--rounds", type=int, default=7, help="of each act")
    parser.add_argument("--clones", type=int, default=20, help="linked ones")
    parser.add_argument("--copy-mib", type=int, default=768, help="data of the disk that is copied whole")
    chosen = parser.parse_args()
    wanted = chosen.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if wanted != ["plans"] and (why := missing()):
        raise SystemExit("the lab cannot be raised here: " + "; ".join(why))
    compileall.compile_dir(ROOT / "console", quiet=1)  # as an installed program is
    told: Told = {}
    try:
        measure(wanted, chosen.rounds, chosen.clones, chosen.copy_mib, told)
    finally:
        if told:
            table, told["missed"] = figures.judged(
                told, [limit for limit in figures.snapshot_limits() if limit.key in told]
            )
            say(table)
            figures.write(REPORT, snapshots=told)
            say(f"written to {REPORT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

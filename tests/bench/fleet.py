"""Measures the window on many hosts: one libvirtd of its own serves test-driver nodes over its remote protocol.

    python -m tests.bench.fleet --hosts 200 --vms 1500 [--silent 20] [--peer]

Prints a table and writes build/bench.json: `fleet`, and `fleet_silent` for the run in which some hosts never answer or fall
silent. `fleets` keeps the latest run of every size.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import figures
from tests.bench.daemon import private_libvirtd
from tests.bench.nodes import fleet_file, shares, uris, write_nodes
from tests.bench.screen import virtual_screen
from tests.bench.silent import Mute, Relay

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "build" / "bench.json"
FLOOR_THREADS = 8
CALM_S = 4.0  # from all live to the begin of the steady time
STEADY_S = 30.0
INTERVAL_S = 3.0
Told = dict[str, Any]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def environment(folder: Path, display: str) -> dict[str, str]:
    """What a program on the virtual screen is started with: a home of its own, nothing of the desktop around."""
    home = folder / "home"
    for name in ("config", "cache", "state", "data", "run"):
        (home / name).mkdir(parents=True, exist_ok=True)
    (home / "run").chmod(0o700)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "QT_QPA_PLATFORM") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "DISPLAY": display,
        "NO_AT_BRIDGE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPATH": str(ROOT),
    }


class Bench:
    """One fleet, and the programs that are measured on it."""

    def __init__(self, folder: Path, socket: Path, display: str, hosts: int, vms: int) -> None:
        self.folder = folder
        self.socket = socket
        self.hosts = hosts
        self.vms = vms
        self.environment = environment(folder, display)
        self.nodes = write_nodes(folder, hosts, vms)
        self.addresses = uris(self.nodes, [socket] * hosts)

    def floor(self) -> Told:
        """The calls alone."""
        command = [sys.executable, "-m", "tests.bench.floor", str(FLOOR_THREADS)]
        done = subprocess.run(
            command, input="\n".join(self.addresses), env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"the floor failed:\n{done.stderr}")
        told: Told = json.loads(done.stdout)
        if told["vms"] != self.vms:
            raise SystemExit(f"the floor saw {told['vms']} VMs of {self.vms}")
        return told

    def window(
        self,
        profile: str,
        addresses: list[str] | None = None,
        when_live: Callable[[], None] = lambda: None,
        **plan: Any,
    ) -> Told:
        """The window in a process of its own, until its probe has measured. profile: a fresh name is a cold cache."""
        place = self.folder / profile
        place.mkdir(exist_ok=True)
        fleet = place / "fleet.toml"
        fleet.write_text(fleet_file(addresses or self.addresses))
        plan = {"vms": self.vms, "hosts": self.hosts, "steady": STEADY_S, "calm": CALM_S, **plan}
        plan |= {"profile": str(place), "fleet": str(fleet), "t0": time.monotonic()}
        errors = place / "stderr"
        command = [sys.executable, "-m", "tests.bench.probe", json.dumps(plan)]
        with (
            errors.open("w") as log,
            subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True) as window,
        ):
            told: Told = {}
            assert window.stdout is not None
            for line in window.stdout:
                told = json.loads(line)
                if told["event"] == "live":
                    when_live()
        if told.get("event") != "end":
            raise SystemExit(f"the window did not come to an end: {told}\n{errors.read_text()[-4000:]}")
        if complaints := errors.read_text().strip():
            say(f"  the window wrote:\n{complaints[-1000:]}")
        return told

    def silent(self, count: int) -> Told:
        """The window while half of `count` hosts never answer and the other half fall silent once all are live."""
        never = count // 2
        mutes = [Mute(self.folder / f"mute{n}") for n in range(never)]
        relays = [Relay(self.folder / f"relay{n}", self.socket) for n in range(count - never)]
        silents: list[Mute | Relay] = [*mutes, *relays]
        sockets = [silent.path for silent in silents] + [self.socket] * (self.hosts - count)

        def silence() -> None:
            for relay in relays:
                relay.silence()

        try:
            return self.window(
                "silent",
                uris(self.nodes, sockets),
                silence,
                vms=self.vms - sum(shares(self.hosts, self.vms)[:never]),
                hosts=self.hosts - never,
            )
        finally:
            for silent in silents:
                silent.close()

    def peer(self) -> Told:
        """virt-manager on the same hosts."""
        if not Path("/usr/share/virt-manager").is_dir():
            raise SystemExit("virt-manager is not here: packaging/setup.sh peer")
        listed = ", ".join(f"'{address}'" for address in self.addresses)
        settings = Path(self.environment["XDG_CONFIG_HOME"]) / "glib-2.0" / "settings"
        settings.mkdir(parents=True)
        (settings / "keyfile").write_text(
            f"[org/virt-manager/virt-manager/connections]\nuris=[{listed}]\nautoconnect=[{listed}]\n"
        )
        out = self.folder / "peer.json"
        more = {
            "GSETTINGS_BACKEND": "keyfile",
            "PYTHONPATH": f"/usr/share/virt-manager:{ROOT}",
            "PEER_OUT": str(out),
            "PEER_ROWS": str(self.hosts + self.vms),
        }
        more |= {"PEER_SECONDS": str(int(STEADY_S)), "PEER_LIMIT": "400", "PEER_T0": str(time.monotonic())}
        command = ["dbus-run-session", "--", "/usr/bin/python3", str(Path(__file__).with_name("peer_probe.py"))]
        with (self.folder / "peer.log").open("w") as log:
            subprocess.run(
                command, env=self.environment | more, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False
            )
        if not out.is_file():
            raise SystemExit(f"virt-manager told nothing:\n{(self.folder / 'peer.log').read_text()[-2000:]}")
        told: Told = json.loads(out.read_text())
        return told


def stalls(told: Told) -> Told:
    """The worse of loading and after."""
    spans = [told["loading"], *([told["steady"]] if "steady" in told else [])]
    return {f"stall_{key}": max(span[key] for span in spans) for key in ("p99_ms", "max_ms")}


def measure(bench: Bench, silent: int, peer: bool, report: Told) -> None:
    """Runs everything, prints as it goes. Puts each part into `report` as soon as it is known, since a later one may fail."""
    say(f"{bench.hosts} hosts, {bench.vms} VMs")
    floor = bench.floor()
    say(
        f"  floor: {floor['open_s']:.2f} s with {FLOOR_THREADS} threads; a round of statistics {floor['round_s']:.3f} s"
    )
    cold = bench.window("profile")
    say(f"  cold: window {cold['window_s']:.2f} s, rows {cold['rows_s']:.2f} s, all live {cold['live_s']:.2f} s")
    for span in ("loading", "steady"):
        say(f"  loop {span}: p99 {cold[span]['p99_ms']:.1f} ms, longest {cold[span]['max_ms']:.1f} ms")
    say(f"  longest gaps (at s, ms): {cold['longest']}")
    warm = bench.window("profile", warm=True)
    say(f"  warm: window {warm['window_s']:.2f} s, rows {warm['rows_s']:.2f} s")
    told: Told = {
        "hosts": bench.hosts,
        "vms": bench.vms,
        "first_window_s": warm["rows_s"],
        "open_s": cold["rows_s"],
        "floor_open_s": floor["open_s"],
        "cpu_pct": cold["cpu_pct"],
        **stalls(cold),
        "rss_mb": cold["rss_mb"],
    }
    report["fleet"] = told
    if silent:
        quiet = bench.silent(silent)
        report["fleet_silent"] = {
            "hosts": bench.hosts,
            "silent": silent,
            "live": quiet["live"],
            "open_s": quiet["rows_s"],
            "longest_wait_s": quiet["longest_wait_s"],
            "cpu_pct": quiet["cpu_pct"],
            **stalls(quiet),
        }
    if peer:
        other = bench.peer()
        if "cpu_pct" not in other:
            raise SystemExit(f"virt-manager did not show all rows in time: {other}")
        told |= {"peer_open_s": other["open_s"], "peer_cpu_pct": other["cpu_pct"], "peer_rss_mb": other["rss_mb"]}
        told |= {f"peer_{key}": value for key, value in stalls(other).items()}
        say(
            f"  virt-manager: rows {other['open_s']:.1f} s, {other['cpu_pct']:.0f} % of a core, longest gap"
            f" {told['peer_stall_max_ms']:.0f} ms, {other['rss_mb']:.0f} MiB"
        )


def judge(report: Told) -> None:
    """Prints which limits were met, and writes all that was measured."""
    if "fleet" not in report:
        return
    told = report["fleet"]
    table, told["missed"] = figures.judged(told, figures.limits(told))
    say(table)
    if "fleet_silent" in report:
        quiet = report["fleet_silent"]
        table, quiet["missed"] = figures.judged(quiet, figures.silent_limits(INTERVAL_S))
        say(f"{quiet['silent']} of them silent\n{table}")
    try:
        sizes = json.loads(REPORT.read_text()).get("fleets", {})
    except (OSError, ValueError):
        sizes = {}
    sizes[f"{told['hosts']}x{told['vms']}"] = told
    figures.write(REPORT, fleets=sizes, **report)
    say(f"written to {REPORT.relative_to(ROOT)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--vms", type=int, default=1500)
    parser.add_argument(
        "--silent", type=int, help="hosts that fall silent in a further run; a tenth unless said, 0 for no such run"
    )
    parser.add_argument("--peer", action="store_true", help="measure virt-manager too")
    chosen = parser.parse_args()
    silent = chosen.hosts // 10 if chosen.silent is None else chosen.silent
    compileall.compile_dir(ROOT / "console", quiet=1)  # as an installed program is
    folder = Path(tempfile.mkdtemp(prefix="splendid-bench-"))
    report: Told = {}
    try:
        with private_libvirtd(folder) as socket, virtual_screen() as display:
            measure(Bench(folder, socket, display, chosen.hosts, chosen.vms), silent, chosen.peer, report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        judge(report)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The guardian of a lab: holds its namespaces, and takes all of it down when told to, or when the lab's owner is gone.

`python -m tests.lab.harness.guardian DIR OWNER`: reads the plan in DIR/plan.json, starts one holder for the workstation and
one for each host, joins them by a bridge, prints one line of JSON with their process ids, and waits. It ends on SIGTERM, or
when process OWNER ends, unless it read "keep" before; then it removes DIR. Should it be killed itself, the kernel kills the
holders, and with each host's first process everything on that host: nothing of a lab can outlive its guardian but files.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tests.lab.harness.machine import LabError, environment, run
from tests.lab.harness.namespaces import entering

HOLDER = Path(__file__).parent / "holder.py"
NAMESPACES = {
    "host": ["--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"],
    "workstation": ["--net", "--mount"],  # it keeps the machine's name: an X server's cookies go by it
}
BOUND = ("setpriv", "--pdeathsig", "KILL")  # it ends with us


class Guardian:
    """The holders of one lab. Lives in the guardian's process, in its main thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = json.loads((folder / "plan.json").read_text())
        self.holders: list[subprocess.Popen[str]] = []
        self.firsts: list[int] = []  # the first process of the workstation and of each host

    def raise_hosts(self) -> dict[str, object]:
        names = [host["name"] for host in self.plan["hosts"]]
        started = [self._start("workstation", "workstation"), *(self._start(name, "host") for name in names)]
        self.firsts = pids = [self._ready(holder) for holder in started]
        self._join_lan(pids[0], pids[1:])
        return {"workstation": pids[0], "hosts": dict(zip(names, pids[1:], strict=True))}

    def _start(self, name: str, kind: str) -> subprocess.Popen[str]:
        arguments = [str(self.folder / name), name, kind, str(self.plan["disk_mib"])]
        holder = subprocess.Popen(
            [*BOUND, "unshare", *NAMESPACES[kind], sys.executable, "-I", "-S", str(HOLDER), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self.holders.append(holder)
        return holder

    def _ready(self, holder: subprocess.Popen[str]) -> int:
        """The process id, as seen from here, of the first process in the holder's namespaces."""
        assert holder.stdout is not None
        if holder.stdout.readline() != "ready\n":
            raise LabError(f"a host's namespaces did not come up; see {self.folder}/guardian.log")
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        return int(children[0]) if children else holder.pid

    def _join_lan(self, workstation: int, hosts: Sequence[int]) -> None:
        lan = entering(workstation, ("net",))
        lines = ["link set lo up", "link add lan0 type bridge", f"addr add {self.plan['address']}/24 dev lan0"]
        lines += ["link set lan0 up"]
        for number, pid in enumerate(hosts, 1):
            lines += [f"link add port{number} type veth peer name eth0 netns {pid}"]
            lines += [f"link set port{number} master lan0 up"]
        run(*lan, "ip", "-batch", "-", stdin="\n".join(lines))
        for host, pid in zip(self.plan["hosts"], hosts, strict=True):
            lines = ["link set lo up", f"addr add {host['address']}/24 dev eth0", "link set eth0 up"]
            run(*entering(pid, ("net",)), "ip", "-batch", "-", stdin="\n".join(lines))

    def take_down(self, spared: int) -> None:
        """Kill all that lives in the lab, but never process SPARED (the owner may be on its workstation)."""
        doomed = set(self.firsts) | {holder.pid for holder in self.holders}
        if self.firsts:
            doomed |= _living_in(self.firsts[0]) - {spared, os.getpid()}
        ends = []
        for pid in doomed:
            with contextlib.suppress(ProcessLookupError):
                ends.append(os.pidfd_open(pid))
                os.kill(pid, signal.SIGKILL)
        # The first process of a PID namespace has ended only when every other one in it has.
        for end in ends:
            select.select([end], [], [], 10)
            os.close(end)
        for holder in self.holders:
            holder.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _living_in(pid: int) -> set[int]:
    """The processes in the network namespace of PID."""
    wanted = Path(f"/proc/{pid}/ns/net").readlink()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "ns/net").readlink() == wanted:
                    found.add(int(entry.name))
    return found


def _wait(owner: int) -> None:
    """Return when the owner has ended and "keep" was not said before. SIGTERM ends the process."""
    watched = select.poll()
    try:
        owned = os.pidfd_open(owner)
    except ProcessLookupError:
        return
    watched.register(owned, select.POLLIN)
    watched.register(sys.stdin.fileno(), select.POLLIN)
    while True:
        for descriptor, _ in watched.poll():
            if descriptor == owned:
                return
            watched.unregister(descriptor)
            if os.read(descriptor, 16).startswith(b"keep"):
                watched.unregister(owned)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    folder, owner = Path(sys.argv[1]), int(sys.argv[2])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    guardian = Guardian(folder)
    try:
        print(json.dumps(guardian.raise_hosts()), flush=True)
        _wait(owner)
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        guardian.take_down(owner)


if __name__ == "__main__":
    main()

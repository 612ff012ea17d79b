"""A lab: hosts on a lan, and a workstation on the same lan from which people and tests reach them."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab.harness import config
from tests.lab.harness.host import Host
from tests.lab.harness.machine import LabError, cache_folder, environment, labs_folder, missing, run
from tests.lab.harness.namespaces import entering, inside
from tests.lab.harness.pki import Authority

PREFIX = "splendid-lab-"
ROOT = Path(__file__).parents[3]
WORKSTATION = "10.77.0.254"
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu")


class Lab:
    """A running lab. Its namespaces are nameless and live as long as its guardian; its files are in `folder`."""

    def __init__(self, folder: Path, guardian: int, workstation: int, hosts: Mapping[str, Host]) -> None:
        self.folder = folder
        self.guardian = guardian
        self.workstation = workstation
        self.hosts = dict(hosts)
        self._child: subprocess.Popen[str] | None = None  # the guardian, if this process started it

    @classmethod
    def up(cls, names: Sequence[str], *, keep: bool = False, disk_mib: int = 512) -> Lab:
        """Raise a lab of these hosts. It ends with the calling process, however that ends, unless `keep`."""
        if reasons := missing():
            raise LabError("no lab on this machine:\n  " + "\n  ".join(reasons))
        sweep()
        folder = labs_folder() / f"{PREFIX}{secrets.token_hex(2)}"
        folder.mkdir(mode=0o700)
        try:
            hosts = [Host(folder, name, f"10.77.0.{number}") for number, name in enumerate(names, 1)]
            _lay(folder, hosts, disk_mib)
            guardian = _guardian(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        try:
            answer = json.loads(guardian.stdout.readline() or "null") if guardian.stdout else None
            if answer is None:
                raise LabError(f"the lab's guardian gave up: {(folder / 'guardian.log').read_text().strip()}")
            for host in hosts:
                host.pid = answer["hosts"][host.name]
            lab = cls(folder, guardian.pid, answer["workstation"], {host.name: host for host in hosts})
            lab._boot()
            lab._write()
            if keep and guardian.stdin:
                guardian.stdin.write("keep\n")
        except BaseException:
            guardian.terminate()
            guardian.wait()
            raise
        finally:
            for stream in (guardian.stdin, guardian.stdout):
                if stream:
                    stream.close()
        lab._child = guardian
        return lab

    @classmethod
    def find(cls, key: str = "") -> Lab:
        """The running lab of that key, or the only one."""
        running = [lab for lab in cls.running() if not key or lab.key == key]
        if len(running) != 1:
            known = ", ".join(lab.key for lab in cls.running()) or "none"
            raise LabError(f"which lab? running: {known}")
        return running[0]

    @classmethod
    def running(cls) -> list[Lab]:
        found = []
        for folder in sorted(labs_folder().glob(f"{PREFIX}*")):
            with contextlib.suppress(OSError, ValueError, KeyError):
                kept = json.loads((folder / "lab.json").read_text())
                if _born(kept["guardian"]) == kept["born"]:
                    hosts = {h["name"]: Host(folder, h["name"], h["address"], h["pid"]) for h in kept["hosts"]}
                    found.append(cls(folder, kept["guardian"], kept["workstation"], hosts))
        return found

    @property
    def key(self) -> str:
        return self.folder.name.removeprefix(PREFIX)

    @property
    def pkipath(self) -> Path:
        """The workstation's TLS certificate, in a folder as libvirt's `pkipath` wants it."""
        return self.folder / "workstation/pki"

    @property
    def keyfile(self) -> Path:
        """The ssh key that root@ every host accepts."""
        return self.folder / "workstation/home/.ssh/id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "workstation/home/.ssh/known_hosts"

    def know_hosts(self) -> None:
        """The workstation knows the host keys that the hosts have now, by address and by name."""
        lines = [host.host_key() for host in self.hosts.values()]
        named = [
            host.name + line.removeprefix(host.address) for host, line in zip(self.hosts.values(), lines, strict=True)
        ]
        self.known_hosts.write_text("".join(lines + named))

    def argv(self, *words: str) -> list[str]:
        """A command on the workstation, in the same folder."""
        enter = entering(self.workstation, ("mnt", "net"))
        return [*enter[:-1], f"--wdns={Path.cwd()}", "--", *words]

    def environment(self) -> dict[str, str]:
        """The workstation's environment: a home of its own, so that nothing of the machine's user is read or written."""
        home = self.folder / "workstation/home"
        xdg = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
        return environment({**xdg, "HOME": str(home)})

    def entered(self) -> contextlib.AbstractContextManager[None]:
        """The calling thread is on the workstation (see namespaces.inside)."""
        return inside(self.workstation, ("mnt", "net"))

    def down(self) -> None:
        """End it, and wait until it has ended."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait()
            return
        with contextlib.suppress(ProcessLookupError):
            ended = os.pidfd_open(self.guardian)
            signal.pidfd_send_signal(ended, signal.SIGTERM)
            select.select([ended], [], [], 30)
            os.close(ended)

    def _boot(self) -> None:
        hosts = list(self.hosts.values())
        if not (cache_folder() / "capabilities").is_dir():
            hosts[0].boot()
            hosts[0].save_capabilities()
            for host in hosts[1:]:
                shutil.copytree(cache_folder() / "capabilities", host.home / "cache/qemu/capabilities")
            hosts = hosts[1:]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Host.boot, hosts))
        first = next(iter(self.hosts.values()))
        first.save_capabilities()
        self.know_hosts()

    def _write(self) -> None:
        kept = {
            "guardian": self.guardian,
            "born": _born(self.guardian),
            "workstation": self.workstation,
            "hosts": [{"name": h.name, "address": h.address, "pid": h.pid} for h in self.hosts.values()],
        }
        (self.folder / "lab.json").write_text(json.dumps(kept))


@contextlib.contextmanager
def lab(names: Sequence[str] = NAMES[:2]) -> Iterator[Lab]:
    """A lab for the length of a block."""
    raised = Lab.up(names)
    try:
        yield raised
    finally:
        raised.down()


def sweep() -> None:
    """Remove the files of labs whose guardian is gone: all else went with it."""
    alive = {lab.folder for lab in Lab.running()}
    for folder in labs_folder().glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            # A young one may be another process's that is still being raised.
            if folder not in alive and time.time() - folder.stat().st_mtime > 120:
                shutil.rmtree(folder, ignore_errors=True)


def _lay(folder: Path, hosts: Sequence[Host], disk_mib: int) -> None:
    people, desk = folder / "people", folder / "workstation"
    for place in (people, desk / "run", desk / "home/.ssh"):
        place.mkdir(parents=True)
    (desk / "home/.ssh").chmod(0o700)
    lines = ["127.0.0.1 localhost", f"{WORKSTATION} workstation", *(f"{host.address} {host.name}" for host in hosts)]
    (people / "hosts").write_text("\n".join(lines) + "\n")
    others = [line for line in Path("/etc/passwd").read_text().splitlines() if not line.startswith("root:")]
    (people / "passwd").write_text("\n".join(["root:x:0:0:root:/root:/bin/sh", *others]) + "\n")
    secret = run("openssl", "passwd", "-6", "-stdin", stdin=config.PASSWORD).strip()
    (people / "shadow").write_text(f"root:{secret}:20000:0:99999:7:::\n")
    shutil.copy(people / "hosts", desk / "hosts")
    home = desk / "home"
    (desk / "passwd").write_text("\n".join([f"root:x:0:0:root:{home}:/bin/sh", *others]) + "\n")
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "workstation", "-f", str(home / ".ssh/id_ed25519"))
    authority = Authority(folder / "authority", "Lab authority")
    authority.client(desk / "pki", "workstation")
    for host in hosts:
        host.lay(authority, home / ".ssh/id_ed25519.pub", people)
    plan = {
        "address": WORKSTATION,
        "disk_mib": disk_mib,
        "hosts": [{"name": host.name, "address": host.address} for host in hosts],
    }
    (folder / "plan.json").write_text(json.dumps(plan))


def _guardian(folder: Path) -> subprocess.Popen[str]:
    with (folder / "guardian.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.lab.harness.guardian", str(folder), str(os.getpid())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment(),
            start_new_session=True,
        )


def _born(pid: int) -> str:
    """When a process was started, in the kernel's ticks: with its number it names a process for good. "" = no such one."""
    with contextlib.suppress(OSError):
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if state in "ZX" else rest[18]
    return ""

"""One lab host: its files, its daemons, and what can go wrong with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.lab.harness import config
from tests.lab.harness.machine import LabError, cache_folder, run
from tests.lab.harness.namespaces import entering, inside
from tests.lab.harness.pki import SERVER_FILES, Authority

IMAGES = "/var/lib/libvirt/images"
FILLER = f"{IMAGES}/.filler"
FOLDERS = (
    *("etc/qemu/networks/autostart", "etc/storage/autostart", "lib", "log", "cache/qemu"),
    *("ssh", "sasl", "run/sshd", "run/lock"),
)
CUT_TABLE = "inet lab_cut"
TLS_PORT, TCP_PORT, SSH_PORT = 16514, 16509, 22


class Host:
    """A libvirt host in namespaces of its own. `home` holds its /etc/libvirt, /run and so on; `pid` is its first process.

    Every fault has a method that makes it and one that ends it; both may be called twice.
    """

    def __init__(self, folder: Path, name: str, address: str, pid: int = 0) -> None:
        self.name = name
        self.address = address
        self.pid = pid
        self.home = folder / name
        self.lab_folder = folder

    @property
    def socket_path(self) -> Path:
        return self.home / "run/libvirt/libvirt-sock"

    @property
    def uuid(self) -> str:
        return (self.home / "uuid").read_text().strip()

    def uri(self, transport: str) -> str:
        """unix, tcp, tls, ssh or libssh: the URI of this host. All but unix are for the workstation."""
        if transport == "unix":
            return f"qemu+unix:///system?socket={self.socket_path}"
        person = "root@" if transport.endswith("ssh") else ""
        return f"qemu+{transport}://{person}{self.address}/system"

    # Making it

    def lay(self, authority: Authority, authorized: Path, people: Path) -> None:
        """Write all of its files, before its namespaces exist."""
        home = self.home
        for name in FOLDERS:
            (home / name).mkdir(parents=True)
        (home / "uuid").write_text(f"{uuid.uuid4()}\n")
        (home / "etc/qemu.conf").write_text(config.qemu(self.address))
        (home / "sasl/libvirt.conf").write_text(config.sasl())
        (home / "ssh/sshd_config").write_text(config.sshd(self.address))
        shutil.copy(authorized, home / "ssh/authorized_keys")
        for name in ("hosts", "passwd", "shadow"):
            shutil.copy(people / name, home / name)
        for kind, text in (("qemu/networks", config.network()), ("storage", config.pool())):
            (home / f"etc/{kind}/default.xml").write_text(text)
            (home / f"etc/{kind}/autostart/default.xml").symlink_to(f"/etc/libvirt/{kind}/default.xml")
        seed = cache_folder() / "capabilities"
        if seed.is_dir():
            shutil.copytree(seed, home / "cache/qemu/capabilities")
        authority.server(home / "etc/pki", self.name, [self.address])
        self.configure()
        self.new_host_key()

    def configure(self, *, password: bool = False, host_uuid: str = "") -> None:
        """Write libvirtd.conf; the daemon takes it up when it starts. password: tcp and tls ask for one."""
        (self.home / "etc/libvirtd.conf").write_text(self._configuration(password=password, host_uuid=host_uuid))

    def _configuration(self, *, password: bool = False, host_uuid: str = "") -> str:
        return config.libvirtd(self.address, host_uuid or self.uuid, password=password)

    def boot(self) -> None:
        """Start its daemons, in namespaces that exist."""
        self.exec(
            *("saslpasswd2", "-p", "-c", "-f", "/etc/sasl2/lab.db", "-a", "libvirt", config.SASL_USER),
            stdin=config.PASSWORD,
        )
        self.sshd()
        self.daemon()

    def whole(self) -> None:
        """As it was after `boot`, whatever was done to it by the methods below; guests are left as they are."""
        self.heal()
        self.fast()
        self.unfill()
        self.thaw()
        if (self.home / "etc/libvirtd.conf").read_text() != self._configuration():
            self.configure()
            self.crash(15)
        if (self.home / "etc/pki/spare").exists():
            self.certificate(self.home / "etc/pki/spare")
            shutil.rmtree(self.home / "etc/pki/spare")
            self.crash(15)
        if (self.home / "ssh/first_host_key").exists():
            self.old_host_key()
            self.sshd()
        self.daemon()

    # Commands in it

    def argv(self, *words: str) -> list[str]:
        return [*entering(self.pid), *words]

    def exec(self, *words: str, check: bool = True, stdin: str | None = None, timeout: float = 60.0) -> str:
        """Run a command inside the host and return what it printed."""
        return run(*self.argv(*words), check=check, stdin=stdin, timeout=timeout)

    def virsh(self, *words: str, check: bool = True, timeout: float = 60.0) -> str:
        """What virsh says inside the host, without the empty lines at its end."""
        return self.exec("virsh", "-q", "-c", "qemu:///system", *words, check=check, timeout=timeout).strip()

    # The daemons

    def daemon(self) -> None:
        """Start libvirtd unless it runs, and wait until it answers."""
        if not self.daemon_pid():
            # The last one's file would be taken for a running daemon's.
            (self.home / "run/libvirt").mkdir(exist_ok=True)
            self.exec("libvirtd", "--daemon", "--listen", "--pid-file", "/run/libvirt/libvirtd.pid")
        for _ in range(100):
            if self.virsh("version", check=False).startswith("Compiled"):
                return
            time.sleep(0.05)
        raise LabError(f"{self.name}: libvirtd does not answer; see {self.home}/log/libvirtd.log")

    def daemon_pid(self) -> int:
        """The process id of libvirtd within the host, 0 = it does not run."""
        try:
            pid = int((self.home / "run/libvirt/libvirtd.pid").read_text())
        except (OSError, ValueError):
            return 0
        return pid if "libvirtd" in self.exec("cat", f"/proc/{pid}/comm", check=False) else 0

    def crash(self, number: int = 9) -> None:
        """Kill libvirtd; its guests live on."""
        if pid := self.daemon_pid():
            self.exec("kill", f"-{number}", str(pid))
            await_(lambda: not self.daemon_pid(), f"{self.name}: libvirtd is still there", 20)

    def restart(self) -> None:
        self.crash(15)
        self.daemon()

    def freeze(self) -> None:
        """Stop libvirtd without ending it: connections stay open and nothing answers."""
        if pid := self.daemon_pid():
            self.exec("kill", "-STOP", str(pid))

    def thaw(self) -> None:
        if pid := self.daemon_pid():
            self.exec("kill", "-CONT", str(pid))

    def sshd(self) -> None:
        """Start sshd anew, with the host key and the configuration as they are now."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.home / "run/sshd.pid").read_text())
            self.exec("kill", str(pid), check=False)
            await_(lambda: not self.exec("cat", f"/proc/{pid}/comm", check=False).startswith("sshd"), "sshd stays", 5)
        self.exec("/usr/sbin/sshd", "-f", "/etc/ssh/sshd_config")

    # The network

    def cut(self) -> None:
        """The host falls silent: every packet to it and from it is dropped."""
        self.heal()
        self.exec(
            "nft",
            f"""
            add table {CUT_TABLE}
            add chain {CUT_TABLE} in {{ type filter hook prerouting priority -450; }}
            add chain {CUT_TABLE} out {{ type filter hook postrouting priority 450; }}
            add rule {CUT_TABLE} in iifname "eth0" drop
            add rule {CUT_TABLE} out oifname "eth0" drop
        """,
        )

    def heal(self) -> None:
        self.exec("nft", f"add table {CUT_TABLE}; delete table {CUT_TABLE}")

    def drop_port(self, port: int) -> None:
        """Connections to one port get no answer at all, not even a refusal; the rest goes on. Ended by `heal`."""
        self.exec(
            "nft",
            f"""
            add table {CUT_TABLE}
            add chain {CUT_TABLE} ports {{ type filter hook input priority -450; }}
            add rule {CUT_TABLE} ports tcp dport {port} drop
        """,
        )

    def slow(self, kbit: int = 256) -> None:
        """What the host sends leaves it at so many kbit/s."""
        self.exec(*f"tc qdisc replace dev eth0 root tbf rate {kbit}kbit burst 4kb latency 400ms".split())

    def fast(self) -> None:
        self.exec("tc", "qdisc", "del", "dev", "eth0", "root", check=False)

    @contextlib.contextmanager
    def silent_port(self, port: int) -> Iterator[None]:
        """Connections to that port are taken, and never a word is said."""
        with inside(self.pid, ("net",)):
            listener = socket.create_server(
                (self.address, port), backlog=64
            )  # the kernel takes them: nobody need accept
        with listener:
            yield

    # The disk

    def fill(self, spare_kib: int = 0) -> None:
        """Fill the pool's file system, all but so many KiB."""
        self.exec("sh", "-c", f"cat /dev/zero >>{FILLER} 2>/dev/null; truncate -s -{spare_kib}K {FILLER}; true")

    def unfill(self) -> None:
        self.exec("rm", "-f", FILLER)

    # Who it is

    def new_host_key(self) -> None:
        """Another ssh host key, as after a new installation. sshd takes it up when it starts (`sshd`)."""
        key, first = self.home / "ssh/host_key", self.home / "ssh/first_host_key"
        if key.exists():
            key.unlink() if first.exists() else key.rename(first)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(key))
        key.with_name("host_key.pub").unlink()  # sshd makes do with the private one

    def old_host_key(self) -> None:
        first = self.home / "ssh/first_host_key"
        if first.exists():
            first.replace(self.home / "ssh/host_key")

    def host_key(self) -> str:
        """Its ssh host key now, as a line of known_hosts."""
        public = run("ssh-keygen", "-y", "-f", str(self.home / "ssh/host_key")).split()
        return f"{self.address} {public[0]} {public[1]}\n"

    def certificate(self, source: Path) -> None:
        """Take the certificate, key and authority in SOURCE; the daemon uses them from its next start."""
        own, kept = self.home / "etc/pki", self.home / "etc/pki/spare"
        if not kept.exists():
            kept.mkdir()
            for name in SERVER_FILES:
                shutil.copy(own / name, kept / name)
        for name in SERVER_FILES:
            shutil.copy(source / name, own / name)

    def save_capabilities(self) -> None:
        """Keep what libvirt learned of QEMU, for the next host and the next lab: learning it takes seconds."""
        self.virsh("capabilities")
        learned, seed = self.home / "cache/qemu/capabilities", cache_folder() / "capabilities"
        if learned.is_dir() and _newest(learned) > _newest(seed):
            fresh = seed.with_name(f"capabilities.{os.getpid()}")
            shutil.copytree(learned, fresh)
            shutil.rmtree(seed, ignore_errors=True)
            fresh.rename(seed)


def _newest(folder: Path) -> float:
    return max((file.stat().st_mtime for file in folder.glob("*.xml")), default=0.0)


def await_(answer: Callable[[], object], complaint: str, seconds: float = 20.0, step: float = 0.05) -> None:
    """Wait until ANSWER() is true; LabError(complaint) when it is not in time."""
    end = time.monotonic() + seconds
    while not answer():
        if time.monotonic() > end:
            raise LabError(complaint)
        time.sleep(step)

"""Guests of the lab: small VMs with a disk, a network card and (if wanted) the guest agent, that work as they are told."""

from __future__ import annotations

import http.client
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from tests.lab.harness.host import IMAGES, Host, await_
from tests.lab.harness.image import guest_image
from tests.lab.harness.machine import LabError
from tests.lab.harness.namespaces import inside

KINDS = ("cpu", "read", "write", "net", "mem")
"""What a guest does on request: percent of a vCPU, KiB/s, KiB/s, KiB/s, MiB held."""

QUICK = [
    "quiet",
    "mitigations=off",
    "cryptomgr.notests",
    "lsm=",
    "random.trust_cpu=on",
    "no_timer_check",
    "tsc=reliable",
]
"""Kernel options that save a second of an emulated boot."""


@dataclass
class Guest:
    """A VM on a lab host. `work`: what it does from the start (see KINDS). Nothing is done to the host before `define`."""

    host: Host
    name: str
    agent: bool = False
    memory_mib: int = 128
    vcpus: int = 1
    disk_mib: int = 64
    work: dict[str, int] = field(default_factory=dict)
    title: str = ""
    tags: Sequence[str] = ()
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    mac: str = field(default_factory=lambda: "52:54:00:" + ":".join(re.findall("..", uuid.uuid4().hex[:6])))

    @property
    def disk(self) -> str:
        return f"{IMAGES}/{self.name}.qcow2"

    def define(self) -> Guest:
        self.host.exec("qemu-img", "create", "-q", "-f", "qcow2", self.disk, f"{self.disk_mib}M")
        self.host.exec("virsh", "-q", "pool-refresh", "default")
        self.host.exec("virsh", "-q", "define", "/dev/stdin", stdin=self.xml())
        return self

    def start(self) -> Guest:
        self.host.virsh("start", self.uuid)
        return self

    def state(self) -> str:
        """As virsh words it: "running", "shut off", "paused"…; "" when the host does not know it."""
        answer = self.host.virsh("domstate", self.uuid, check=False)
        return "" if answer.startswith("error") else answer

    def remove(self) -> None:
        """Whatever became of it: not running, not known, no disk."""
        self.host.virsh("destroy", self.uuid, check=False)
        flags = ("--managed-save", "--snapshots-metadata", "--nvram")
        self.host.virsh("undefine", self.uuid, *flags, check=False)
        self.host.exec("rm", "-f", self.disk)

    # What the guest itself says

    def address(self, source: str = "lease") -> str:
        """Its IPv4 address as its host learns it ("lease" or "agent"), "" = not known yet."""
        listed = self.host.virsh("domifaddr", self.uuid, "--source", source, check=False)
        found = re.search(rf"{self.mac}\s+ipv4\s+([\d.]+)/", listed)
        return found[1] if found else ""

    def get(self, path: str, seconds: float = 2.0) -> str:
        """The answer of its web server, asked from its host."""
        address = self.address()
        if not address:
            raise LabError(f"{self.name} has no address")
        try:
            with inside(self.host.pid, ("net",)):
                connection = http.client.HTTPConnection(address, timeout=seconds)
                connection.request("GET", path)
                answer = connection.getresponse().read()
                connection.close()
        except OSError as error:
            raise LabError(f"{self.name} at {address} does not answer: {error}") from error
        return answer.decode().strip()

    def count(self) -> int:
        """A number that grows five times a second from the guest's boot on."""
        return int(self.get("/count") or self.get("/count"))

    def file(self, keep: str = "") -> str:
        """What is in a file on its disk ("" = nothing); with `keep` that is written there first."""
        return self.get(f"/cgi-bin/file?keep={keep}" if keep else "/cgi-bin/file", 30)

    def to_agent(self, signal: str) -> None:
        """STOP: its guest agent falls silent; CONT: it goes on."""
        assert self.get(f"/cgi-bin/agent?{signal}") == signal

    def ready(self, seconds: float = 60.0) -> Guest:
        """Wait until it has an address and its web server answers."""
        await_(lambda: self._answers(), f"{self.name} on {self.host.name} does not come up", seconds, 0.2)
        return self

    def gone(self, seconds: float = 10.0) -> Guest:
        """Wait until its web server does not answer: it went down, or begins anew."""
        await_(lambda: not self._answers(), f"{self.name} on {self.host.name} goes on", seconds, 0.1)
        return self

    def do(self, **work: int) -> dict[str, int]:
        """Set what it does (see KINDS); returns all that it does now."""
        if unknown := set(work) - set(KINDS):
            raise LabError(f"a guest does not know how to {', '.join(unknown)}")
        query = "&".join(f"{kind}={amount}" for kind, amount in work.items())
        return {kind: int(amount) for kind, amount in re.findall(r"(\w+)=(\d+)", self.get(f"/cgi-bin/work?{query}"))}

    def _answers(self) -> bool:
        try:
            return bool(self.address() and self.get("/"))
        except LabError:
            return False

    def xml(self) -> str:
        image = guest_image()
        words = ["console=tty0", "console=ttyS0", "panic=1", *QUICK, f"guest={self.name}"]
        words += [f"{kind}={amount}" for kind, amount in self.work.items()]
        channel = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
        title = f"<title>{escape(self.title)}</title>" if self.title else ""
        tags = "".join(f"<tag>{escape(tag)}</tag>" for tag in self.tags)
        ours = f"<metadata><vm xmlns='urn:splendid:domain:1'>{tags}</vm></metadata>" if tags else ""
        return f"""\
<domain type='qemu'>
  <name>{escape(self.name)}</name>
  <uuid>{self.uuid}</uuid>
  {title}{ours}
  <memory unit='MiB'>{self.memory_mib}</memory>
  <vcpu>{self.vcpus}</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{image.kernel}</kernel>
    <initrd>{image.initrd}</initrd>
    <cmdline>{escape(" ".join(words))}</cmdline>
  </os>
  <features><acpi/><apic/></features>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file={quoteattr(self.disk)}/><target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'><mac address='{self.mac}'/><source network='default'/><model type='virtio'/></interface>
    <serial type='pty'/><console type='pty'/>
    {channel if self.agent else ""}
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
    <video><model type='vga'/></video>
    <memballoon model='virtio'><stats period='2'/></memballoon>
  </devices>
</domain>
"""

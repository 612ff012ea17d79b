"""A fleet for measuring: one test-driver node file a host, and the fleet file that names them."""

from __future__ import annotations

import random
import uuid
from pathlib import Path

TAGS = ("prod", "qa", "build", "web", "db", "infra", "linux", "windows")

_DOMAIN = """<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
<name>vm-{host:04d}-{number:04d}</name><uuid>{uuid}</uuid><description>Number {number} of host {host}</description>
<metadata><s:vm xmlns:s='urn:splendid:domain:1'><s:tag>{tag}</s:tag><s:owner>owner-{owner}</s:owner></s:vm></metadata>
<memory unit='GiB'>{memory}</memory><vcpu>{vcpus}</vcpu><os><type arch='x86_64'>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/guest/{host}-{number}.qcow2'/><target dev='vda' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:{mac}'/><source network='default'/></interface></devices>
<test:runstate>1</test:runstate></domain>
"""

_NODE = """<node><cpu><mhz>2600</mhz><model>x86_64</model><active>64</active><nodes>2</nodes><sockets>1</sockets><cores>16</cores>
<threads>2</threads></cpu><memory>{memory}</memory>
<network><name>default</name><bridge name='virbr0'/><forward mode='nat'/><ip address='192.168.122.1' netmask='255.255.255.0'>
<dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
{domains}</node>
"""


def shares(hosts: int, vms: int) -> list[int]:
    """How many VMs each host has: as even as can be, the sum is `vms`."""
    return [vms // hosts + (host < vms % hosts) for host in range(hosts)]


def write_nodes(folder: Path, hosts: int, vms: int) -> list[Path]:
    """Writes `hosts` node files with `vms` running VMs in all; the same every time. Returns their paths."""
    lots = random.Random(7)
    paths = []
    for host, count in enumerate(shares(hosts, vms)):
        domains = "".join(
            _DOMAIN.format(
                host=host,
                number=number,
                uuid=uuid.UUID(int=lots.getrandbits(128), version=4),
                tag=lots.choice(TAGS),
                owner=lots.randrange(20),
                memory=lots.choice((1, 2, 4, 8)),
                vcpus=lots.choice((1, 2, 4)),
                mac=":".join(f"{byte:02x}" for byte in (host << 12 | number).to_bytes(4, "big")),
            )
            for number in range(count)
        )
        path = folder / f"node{host:04d}.xml"
        path.write_text(_NODE.format(memory=256 << 20, domains=domains))
        paths.append(path)
    return paths


def uris(nodes: list[Path], sockets: list[Path]) -> list[str]:
    """One libvirt URI a node, each over the socket of the same place in the list."""
    return [f"test+unix://{node}?socket={socket}" for node, socket in zip(nodes, sockets, strict=True)]


def fleet_file(addresses: list[str]) -> str:
    """The text of a fleet file: a host an address, ten hosts a rack, fifty a zone."""
    return "".join(
        f'[[host]]\nname = "host-{n:04d}"\nuri = "{address}"\nzone = "zone-{n // 50 + 1}"\nrack = "rack-{n // 10 + 1}"\n\n'
        for n, address in enumerate(addresses)
    )

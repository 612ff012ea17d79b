from __future__ import annotations

import pytest

from console.fleet.errors import Failed
from console.fleet.hosts import Network
from console.libvirtxml.network import read_network

NAT = """<network connections='2'>
  <name>default</name><uuid>d0</uuid>
  <forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>
  <bridge name='virbr0' stp='on' delay='0'/><future><thing/></future>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.2' end='192.168.122.99'/><range start='192.168.122.150' end='192.168.122.254'/></dhcp>
  </ip>
  <ip family='ipv6' address='fd00::1' prefix='64'/>
</network>"""


def test_a_nat_network() -> None:
    assert read_network(NAT, active=True, autostart=True, persistent=False, leases=4) == Network(
        name="default",
        uuid="d0",
        active=True,
        autostart=True,
        persistent=False,
        forward="nat",
        bridge="virbr0",
        addresses=("192.168.122.1/24", "fd00::1/64"),
        dhcp=("192.168.122.2-192.168.122.99", "192.168.122.150-192.168.122.254"),
        leases=4,
    )


@pytest.mark.parametrize(
    ("forward", "kind"),
    [("", ""), ("<forward/>", "nat"), ("<forward mode='bridge'/>", "bridge"), ("<forward mode='open'/>", "open")],
)
def test_the_kind_of_forwarding(forward: str, kind: str) -> None:
    assert read_network(f"<network><name>n</name>{forward}</network>").forward == kind


@pytest.mark.parametrize(
    ("ip", "addresses"),
    [
        ("<ip address='10.0.0.1'/>", ("10.0.0.1/32",)),
        ("<ip address='10.0.0.1' prefix='99'/>", ()),
        ("<ip address='here' netmask='255.0.0.0'/>", ()),
        ("<ip/>", ()),
    ],
)
def test_addresses_that_are_none_are_left_out(ip: str, addresses: tuple[str, ...]) -> None:
    assert read_network(f"<network><name>n</name>{ip}</network>").addresses == addresses


def test_what_is_no_xml_is_said() -> None:
    with pytest.raises(Failed):
        read_network("<network>")

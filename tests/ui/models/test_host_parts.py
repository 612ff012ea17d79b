from typing import Any

from console.fleet.hosts import Network
from console.ui.models.host_parts import NETWORKS
from console.ui.models.rows import Column


def told(columns: tuple[Column[Any], ...], row: object) -> dict[str, str]:
    for column in columns:
        column.key(row)
    return {column.id: column.text(row, 0.0).replace("\u00a0", " ") for column in columns}


def test_a_network_in_a_row() -> None:
    net = Network("shop-net", "u", True, True, True, "nat", "virbr1", ("10.20.1.1/24",), ("10.20.1.2-10.20.1.254",), 7)
    assert told(NETWORKS, net) == {
        "name": "shop-net",
        "state": "Active",
        "forward": "NAT",
        "bridge": "virbr1",
        "addresses": "10.20.1.1/24",
        "dhcp": "10.20.1.2 – 10.20.1.254",
        "leases": "7",
        "autostart": "yes",
    }
    bare = told(NETWORKS, Network("x", persistent=False))
    assert (bare["state"], bare["forward"], bare["dhcp"], bare["leases"]) == ("Inactive", "isolated", "none", "–")
    assert bare["autostart"] == "not kept"

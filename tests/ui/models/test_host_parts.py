from typing import Any

from console.fleet.hosts import Network, Pool, Volume
from console.ui.models.host_parts import NETWORKS, POOLS, VOLUMES, VolumeRow, filled
from console.ui.models.rows import Column

GIB = 1 << 30


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


def test_a_pool_in_a_row() -> None:
    pool = Pool("nvme", "u", "dir", True, True, "/srv", 100 * GIB, 92 * GIB, 8 * GIB, (Volume("a", "/srv/a"),))
    said = told(POOLS, pool)
    assert (said["used"], said["free"], said["volumes"]) == ("92 of 100 GiB", "8 GiB", "1")
    used = next(column for column in POOLS if column.id == "used")
    assert used.tone is not None
    assert used.tone(pool) == "warning"
    assert filled(pool) == 0.92
    down = Pool("old", capacity=GIB)
    assert filled(down) is None
    assert told(POOLS, down)["free"] == "–"


def test_a_volume_names_who_uses_it_or_that_nobody_does_here() -> None:
    volume = Volume("db.qcow2", "/srv/db.qcow2", "file", "qcow2", 80 * GIB, 51 * GIB, "/srv/base.qcow2")
    said = told(VOLUMES, VolumeRow(volume, ("shop-db-01", "shop-db-02")))
    assert said == {
        "name": "db.qcow2",
        "format": "qcow2",
        "size": "51 GiB",
        "capacity": "80 GiB",
        "users": "shop-db-01, shop-db-02",
        "backing": "base.qcow2",
    }
    assert told(VOLUMES, VolumeRow(volume, ()))["users"] == "nobody on this host"

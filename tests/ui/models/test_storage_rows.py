from __future__ import annotations

from typing import Any

from console.fleet.domains import VmKey
from console.fleet.hosts import Pool, Volume
from console.fleet.storage import PoolUse, UseKind, User, VolumeKey, VolumeUse
from console.ui.models.rows import Column
from console.ui.models.storage_rows import pool_columns, volume_columns

GIB = 1 << 30


def told(columns: tuple[Column[Any], ...], row: object) -> dict[str, str]:
    for column in columns:
        column.key(row)
        if column.tip:
            column.tip(row)
    return {column.id: column.text(row, 0.0).replace("\u00a0", " ") for column in columns}


USER = User(UseKind.DISK, "shop-db-01", "n1", VmKey("n1", "u"))
USED = VolumeUse(
    VolumeKey("n1", "nvme", "db.qcow2"),
    Volume("db.qcow2", "/srv/db.qcow2", "file", "qcow2", 80 * GIB, 51 * GIB, "/srv/base.qcow2"),
    (USER,),
)
FREE = VolumeUse(VolumeKey("n1", "nvme", "a"), Volume("a", "/srv/a", capacity=40 * GIB))


def test_a_pool_in_a_row() -> None:
    use = PoolUse("n1", Pool("nvme", "u", "dir", True, True, "/srv", 100 * GIB, 92 * GIB, 8 * GIB), (USED, FREE))
    columns = pool_columns(str.upper, host=True)
    said = told(columns, use)
    assert (said["host"], said["used"], said["promised"], said["volumes"], said["unused"]) == (
        "N1",
        "92 of 100 GiB",
        "1.20×",
        "2",
        "1",
    )
    tones = {column.id: column.tone(use) for column in columns if column.tone}
    assert (tones["used"], tones["promised"]) == ("warning", "warning")
    down = told(pool_columns(str, host=False), PoolUse("n1", Pool("old", capacity=GIB)))
    assert (down["used"], down["promised"], down["state"], down["volumes"]) == ("–", "–", "Inactive", "–")
    assert "host" not in down


def test_a_volume_names_who_uses_it_and_an_orphan_is_marked() -> None:
    columns = volume_columns(str, host=False)
    assert told(columns, USED) == {
        "name": "db.qcow2",
        "format": "qcow2",
        "size": "51 GiB",
        "capacity": "80 GiB",
        "users": "shop-db-01",
        "backing": "base.qcow2",
    }
    users = next(column for column in columns if column.id == "users")
    assert users.glyph is not None
    assert (users.glyph(FREE), users.glyph(USED)) == (("ring", "warning-glyph"), None)
    assert told(columns, FREE)["users"] == "nobody"
    assert [column.id for column in volume_columns(str, host=True)][:3] == ["name", "host", "pool"]

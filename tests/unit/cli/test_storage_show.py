from __future__ import annotations

import pytest

from console.cli import storage_show
from console.cli.base import Options, Program
from console.cli.session import Session
from console.fleet.domains import VmKey
from console.fleet.hosts import HostSpec, Pool, Volume
from console.fleet.storage import PoolUse, Survey, UseKind, User, VolumeKey, VolumeUse
from console.inventory.inventory import Inventory


class _Services:
    inventory = Inventory()


@pytest.fixture
def session() -> Session:
    made = Session(Program(services=None, window=None), Options())  # type: ignore[arg-type]
    made._services = _Services()  # type: ignore[assignment]
    _Services.inventory.set_hosts([HostSpec("i1", "alpha", "test:///a")])
    return made


USE = VolumeUse(
    VolumeKey("i1", "vms", "a"),
    Volume("a", "/v/a", format="raw", capacity=2048, allocation=1024),
    (User(UseKind.MEDIUM, "web", "i2", VmKey("i2", "u"), sure=False),),
)
POOL = PoolUse("i1", Pool("vms", active=True, capacity=4096, available=0, path="/v"), (USE,))


def test_tables(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    storage_show.pools(session, [POOL])
    storage_show.volumes(session, [USE])
    storage_show.who(session, USE)
    storage_show.sums(Survey((POOL,)), session.services.inventory.specs())
    out = capsys.readouterr().out
    assert "alpha  vms   Active" in out
    assert "i2/web (in its drive), perhaps" in out
    assert "100 %" in out
    assert "0.50×" in out


def test_records(session: Session) -> None:
    record = storage_show.volume_record(session, USE)
    assert (record["host"], record["orphan"], record["users"][0]["sure"]) == ("alpha", False, False)
    assert storage_show.pool_record(session, POOL)["promised"] == 2048
    assert storage_show.sum_record(Survey((POOL,)).total())["ratio"] == 0.5

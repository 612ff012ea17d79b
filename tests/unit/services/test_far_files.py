"""What the doctor takes for nobody's is looked for at the other hosts first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from console.app import App
from console.fleet.domains import Disk, VmKey
from console.fleet.errors import Reason
from console.fleet.snapshots.doctor import Finding
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.updates import DomainRead
from console.services.far_files import far_users
from tests.unit.fleet.snapshots.host import image, line
from tests.unit.services.conftest import named

ORPHANS = (
    image("/p/qa.old", 2, "/p/qa.4711"),
    image("/p/qa.older", 1, "/p/qa.old"),
    image("/p/qa.free", 1, "/p/qa.4711"),
)
MEMORY = image("/p/qa.gone.mem", 4, format="raw")


@pytest.fixture
def facts(app: App) -> SnapshotFacts:
    known = line()
    files = {**known.files, **{file.path: file for file in (*ORPHANS, MEMORY)}}
    return replace(known, key=named(app, "web").key, files=files)


def works(app: App, *sources: str, snapshots: int = 0, uuid: str = "", backing: tuple[str, ...] = ()) -> None:
    """beta's VM has these disks."""
    mail = named(app, "mail")
    disks = tuple(Disk("vda", source, backing=backing) for source in sources)
    key = VmKey("beta", uuid or mail.key.uuid)
    app.inventory.apply(DomainRead("beta", replace(mail, key=key, disks=disks, snapshots=snapshots)))


def going(found: Sequence[Finding]) -> set[str]:
    repairs = [one.repair for one in found if one.code in ("orphan", "orphan-memory") and one.repair is not None]
    return {path for repair in repairs for path in repair.files_going}


ALL = {file.path for file in (*ORPHANS, MEMORY)}


@pytest.mark.parametrize("backing", [(), ("/p/qa.old",)])
def test_files_of_another_hosts_vm_are_no_orphans(app: App, facts: SnapshotFacts, backing: tuple[str, ...]) -> None:
    service = app.services.snapshots
    assert going(service.findings(facts.key, facts)) == ALL
    works(app, "/p/qa.older", backing=backing)
    assert going(service.findings(facts.key, facts)) == {"/p/qa.free", "/p/qa.gone.mem"}, "nor what it is built on"


@pytest.mark.parametrize("how", ["uuid", "name"])
def test_the_same_vm_with_snapshots_elsewhere_may_need_any_of_them(app: App, facts: SnapshotFacts, how: str) -> None:
    uuid = facts.key.uuid if how == "uuid" else ""
    name = "mail" if how == "name" else facts.name
    works(app, "/q/else", snapshots=1, uuid=uuid)
    assert far_users(app.inventory, facts.key, name, ["/p/x"]) == {"/p/x": ("beta/mail",)}
    assert far_users(app.inventory, facts.key, name, []) == {}
    assert going(app.services.snapshots.findings(facts.key, replace(facts, name=name))).isdisjoint(ALL)


def test_a_repair_that_would_delete_what_another_host_has_by_now_is_not_carried_out(
    app: App, facts: SnapshotFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = app.services.snapshots
    (repair,) = (one.repair for one in service.findings(facts.key, facts) if one.code == "orphan")
    assert repair is not None
    monkeypatch.setattr(service._carrier, "checked", lambda _plan: facts)
    works(app, "/p/qa.older")
    view = service.run(repair).wait(10)
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.IN_USE, "beta/mail")

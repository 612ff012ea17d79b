"""Editing from draft to applied, on libvirt's test driver."""

from __future__ import annotations

from collections.abc import Callable

import libvirt
import pytest

from console.app import App
from console.fleet.domains import VmKey
from console.fleet.edits import Fate, Flaw, FlawedText, Hold, When
from console.fleet.errors import Conflict, Failed, FleetError, NotFound, Reason, Unreachable
from console.gateway import defining
from console.jobs.job import JobState, who
from console.services.edit import Applied, EditPlan, EditService
from tests.unit.services.conftest import named


@pytest.fixture
def edit(app: App) -> EditService:
    return app.services.edit


def stored(app: App, key: VmKey) -> str:
    return defining.stored(app.gateway.link(key.host), key.uuid)


def elsewhere(app: App, key: VmKey, old: str, new: str) -> None:
    """Somebody else changes the VM."""
    link = app.gateway.link(key.host)
    before = str(link.domain(key.uuid).XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    assert old in before
    link.conn.defineXML(before.replace(old, new))


def apply(edit: EditService, plan: EditPlan) -> Applied:
    handle = edit.run(plan)
    view = handle.wait(10)
    assert view.state is JobState.SUCCEEDED, view
    result = handle.result
    assert isinstance(result, Applied)
    return result


def test_an_edit_of_a_running_vm_is_done_now_and_for_the_next_start(app: App, edit: EditService) -> None:
    key = named(app, "web").key
    draft = edit.begin(key)
    assert draft.running
    text = draft.text.replace("<vcpu placement='static'>2<", "<title>Shop</title><vcpu current='1'>2<").replace(
        "</os>", "</os><on_crash>restart</on_crash>"
    )
    text = text.replace("<on_crash>destroy</on_crash>", "")
    plan = edit.plan(draft, text)
    assert [(c.part, c.when) for c in plan.changes] == [
        ("vcpus-now", When.NOW),
        ("on_crash", When.NEXT),
        ("title", When.NOW),
    ]
    result = apply(edit, plan)
    assert {c.part for c in result.done} == {"vcpus-now", "title"}
    assert [(c.part, c.hold) for c in result.left] == [("on_crash", Hold.FIXED)]
    assert (result.dropped, result.running) == ((), True)
    now = named(app, "web")
    assert (now.title, now.vcpus) == ("Shop", 1)  # the job ends when the inventory shows it
    assert "<on_crash>restart" in stored(app, key)
    versions = edit.versions(key)
    assert [(v.reason, v.by) for v in versions] == [("edit", who()), ("seen", "")]
    assert edit.version(versions[1].id).xml == draft.text


def test_only_the_next_start(app: App, edit: EditService) -> None:
    key = named(app, "web").key
    draft = edit.begin(key)
    plan = edit.plan(draft, draft.text.replace("<vcpu", "<title>Later</title><vcpu"), live=False)
    result = apply(edit, plan)
    assert result.done == ()
    assert [c.hold for c in result.left] == [Hold.NOT_WANTED]
    assert named(app, "web").title == ""
    assert "Later" in stored(app, key)


def test_what_the_running_vm_refuses_is_left_for_its_next_start_with_the_hosts_words(
    app: App, edit: EditService
) -> None:
    key = named(app, "web").key
    draft = edit.begin(key)
    disk = "<disk type='file' device='disk'><source file='/a'/><target dev='vdb' bus='virtio'/></disk></devices>"
    plan = edit.plan(draft, draft.text.replace("</devices>", disk))
    assert [(c.part, c.name, c.when) for c in plan.changes] == [("disk", "vdb", When.NOW)]
    handle = edit.run(plan)
    assert handle.wait(10).state is JobState.SUCCEEDED
    result = handle.result
    assert result.done == ()
    assert [(c.name, c.fate, c.when) for c in result.left] == [("vdb", Fate.ADDED, When.NEXT)]
    assert "not supported by the connection driver" in result.left[0].said
    assert any("disk vdb" in line for _at, line in app.jobs.log(handle.id))


def test_of_a_vm_that_is_off_all_holds_from_its_next_start(app: App, edit: EditService) -> None:
    key = named(app, "db").key
    draft = edit.begin(key)
    plan = edit.plan(draft, draft.text.replace("1048576", "2097152"))
    assert ([c.part for c in plan.changes], plan.running, plan.now) == (["memory"], False, ())
    result = apply(edit, plan)
    assert [c.part for c in result.left] == ["memory"]
    assert named(app, "db").max_memory_kib == 2097152


def test_somebody_else_was_quicker(app: App, edit: EditService) -> None:
    key = named(app, "db").key
    draft = edit.begin(key)
    mine = draft.text.replace("</os>", "</os><on_crash>restart</on_crash>").replace("<on_crash>destroy</on_crash>", "")
    early = edit.plan(draft, mine)
    assert early.theirs == ""
    elsewhere(app, key, "<vcpu", "<title>Theirs</title><vcpu")
    view = edit.run(early).wait(10)  # planned before, applied after
    assert view.state is JobState.FAILED
    assert view.problem is not None
    assert view.problem.reason is Reason.CHANGED
    assert "Theirs" in stored(app, key)
    late = edit.plan(draft, mine)
    assert "Theirs" in late.theirs
    merge = edit.merge(late)
    assert merge.clashes == ()
    apply(edit, edit.plan(*edit.rebased(late, merge.text())))
    assert "Theirs" in stored(app, key)
    assert "<on_crash>restart" in stored(app, key)
    assert [v.reason for v in edit.versions(key)] == ["edit", "elsewhere", "seen"]


def test_going_back(app: App, edit: EditService) -> None:
    key = named(app, "db").key
    draft = edit.begin(key)
    apply(edit, edit.plan(draft, draft.text.replace("<vcpu", "<title>One</title><vcpu")))
    first = edit.versions(key)[-1]
    app.services.describe.rename(key, "renamed").wait(10)
    plan = edit.restore(key, first.id)
    assert [(c.part, c.fate) for c in plan.changes] == [("title", Fate.REMOVED)]  # and not the name
    apply(edit, plan)
    assert edit.command(plan) == f"splendid xml restore renamed {first.id} --yes"
    assert edit.command(plan.only_next()).endswith("--yes --next-start")
    assert app.jobs.views()[-1].command == edit.command(plan)
    assert (named(app, "renamed").title, edit.versions(key)[0].reason) == ("", "restore")
    with pytest.raises(NotFound):
        edit.restore(key, 999)


def test_passwords_are_neither_kept_nor_lost(app: App, edit: EditService) -> None:
    key = named(app, "db").key
    draft = edit.begin(key)
    screen = "<graphics type='vnc' port='-1' autoport='yes' passwd='geheim'/></devices>"
    plan = edit.plan(draft, draft.text.replace("</devices>", screen))
    assert "geheim" not in repr(plan.changes)
    apply(edit, plan)
    draft = edit.begin(key)
    assert "geheim" not in draft.text
    apply(edit, edit.plan(draft, draft.text.replace("<vcpu", "<title>x</title><vcpu")))
    assert "geheim" in edit.begin(key, secrets=True).text
    assert not any("geheim" in edit.version(v.id).xml for v in edit.versions(key))
    seen = edit.begin(key, secrets=True)
    apply(edit, edit.plan(seen, seen.text.replace("geheim", "other")))
    assert "other" in edit.begin(key, secrets=True).text
    assert not any("other" in edit.version(v.id).xml for v in edit.versions(key))


def test_what_the_host_does_not_take_is_told(app: App, edit: EditService) -> None:
    key = named(app, "db").key
    draft = edit.begin(key)
    odd = draft.text.replace("<vcpu", "<quantum><entangled/></quantum><vcpu")
    view = edit.run(edit.plan(draft, odd)).wait(10)
    assert view.state is JobState.FAILED
    assert view.problem is not None
    assert "quantum" in view.problem.text
    result = apply(edit, edit.plan(draft, odd, validate=False))
    assert [(c.part, c.fate) for c in result.dropped] == [("quantum", Fate.REMOVED)]


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("</domain>", "", Flaw.SYNTAX),
        ("<name>db", "<name>other", Flaw.NAME),
        ("<uuid>0", "<uuid>1", Flaw.UUID),
    ],
)
def test_what_cannot_be_applied_is_refused_before_anything_is_done(
    app: App, edit: EditService, old: str, new: str, flaw: Flaw
) -> None:
    draft = edit.begin(named(app, "db").key)
    assert [f.flaw for f in edit.check(draft, draft.text.replace(old, new, 1))] == [flaw]
    with pytest.raises(FlawedText) as caught:
        edit.plan(draft, draft.text.replace(old, new, 1))
    assert caught.value.finding.flaw is flaw


def test_a_vm_or_host_that_is_gone(app: App, edit: EditService) -> None:
    key = named(app, "db").key
    draft = edit.begin(key)
    text = draft.text.replace("<vcpu", "<title>x</title><vcpu")
    plan = edit.plan(draft, text)
    app.gateway.link(key.host).domain(key.uuid).undefine()
    view = edit.run(plan).wait(10)
    assert view.problem is not None
    assert view.problem.reason is Reason.GONE
    web = edit.begin(named(app, "web").key)
    app.gateway.disconnect("alpha")
    for call in (lambda: edit.begin(web.key), lambda: edit.plan(web, web.text)):
        with pytest.raises((Conflict, Unreachable)) as caught:
            call()
        assert caught.value.problem.reason is Reason.LOST
    assert [v.reason for v in edit.versions(web.key)] == ["seen"]  # what is kept can be read all the same


def test_that_versions_cannot_be_kept_stops_nobody(
    app: App, edit: EditService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_more: object) -> bool:
        raise Failed(Reason.NO_SPACE, "versions")

    monkeypatch.setattr(app.versions, "note", broken)
    draft = edit.begin(named(app, "db").key)
    apply(edit, edit.plan(draft, draft.text.replace("<vcpu", "<title>x</title><vcpu")))
    assert named(app, "db").title == "x"


def test_the_line_that_does_the_same(app: App, edit: EditService) -> None:
    draft = edit.begin(named(app, "db").key)
    plan = edit.plan(draft, draft.text.replace("<vcpu", "<title>it's</title><vcpu"), live=False)
    line = edit.command(plan)
    first, *rest = line.splitlines()
    assert first == f"splendid xml apply - db --expect {draft.digest} --next-start --yes <<'XML'"
    assert rest[-1] == "XML"
    assert "\n".join(rest[:-1]) == plan.text.rstrip("\n")


def test_errors_are_ours(app: App, edit: EditService) -> None:
    calls: list[Callable[[], object]] = [
        lambda: edit.begin(VmKey("alpha", "nope")),
        lambda: edit.begin(VmKey("nope", "nope")),
        lambda: edit.version(4),
    ]
    for call in calls:
        with pytest.raises(FleetError):
            call()


def test_what_was_begun_is_kept_but_never_a_password(app: App, edit: EditService) -> None:
    draft = edit.begin(named(app, "db").key)
    edit.keep_text(draft, "<domain>mine</domain>", 5.0)
    begun = edit.begun(draft.key)
    assert begun is not None
    assert (begun.at, begun.base, begun.text) == (5.0, draft.text, "<domain>mine</domain>")
    edit.keep_text(draft, "<graphics passwd='x'/>", 6.0)
    edit.keep_text(edit.begin(draft.key, secrets=True), "<other/>", 7.0)
    assert edit.begun(draft.key) == begun
    edit.drop_text(draft.key)
    assert edit.begun(draft.key) is None

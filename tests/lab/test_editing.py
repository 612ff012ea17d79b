"""A real guest's configuration edited: what happens at once, what waits, what another wrote meanwhile, and the way back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from console.fleet.edits import Fate, When
from console.fleet.errors import Reason
from console.jobs.job import JobState
from console.services.edit import Applied
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, Desk, done, spec_of, until

DISK = """<disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='{path}'/>
      <target dev='vdb' bus='virtio'/>
    </disk>
  </devices>"""


def _macs(xml: str) -> list[str]:
    return re.findall(r"<mac address='([^']+)'", xml)


def stored(host: Host, guest: Guest) -> str:
    return host.virsh("dumpxml", "--inactive", guest.uuid)


def test_an_edit_at_once_and_for_the_next_start_and_back(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    """Less memory and a title now, another disk now, a reaction to crashes at the next start; then all of it back."""
    guest = spare("edited", memory_mib=160).start()
    console.add(spec_of(lab, beta, "ssh"))
    guest.ready()
    key, edit = console.key(guest), console.services.edit
    extra = f"{IMAGES}/edited-extra.qcow2"
    beta.exec("qemu-img", "create", "-q", "-f", "qcow2", extra, "16M")
    before = stored(beta, guest)
    assert edit.waiting(beta.virsh("dumpxml", guest.uuid), before) == ()
    draft = edit.begin(key)
    assert draft.running
    text = (
        draft.text.replace("<currentMemory unit='KiB'>163840<", "<currentMemory unit='KiB'>131072<")
        .replace("<uuid>", "<title>Edited</title>\n  <uuid>")
        .replace("<on_crash>destroy<", "<on_crash>restart<")
        .replace("</devices>", DISK.format(path=extra))
    )
    assert edit.check(draft, text) == ()
    plan = edit.plan(draft, text)
    assert {(c.part, c.name, c.when) for c in plan.changes} == {
        ("memory-now", "", When.NOW),
        ("title", "", When.NOW),
        ("on_crash", "", When.NEXT),
        ("disk", "vdb", When.NOW),
    }
    handle = edit.run(plan)
    done(handle)
    result: Applied = handle.result
    assert {c.part for c in result.done} == {"memory-now", "title", "disk"}, result.left
    assert [(c.part, c.before, c.after) for c in result.left] == [("on_crash", "destroy", "restart")]
    assert result.dropped == ()

    live = beta.virsh("dumpxml", guest.uuid)
    assert extra in live
    assert "<title>Edited</title>" in live
    assert "<on_crash>destroy<" in live
    assert "<on_crash>restart<" in stored(beta, guest)
    assert [change.part for change in edit.waiting(live, stored(beta, guest))] == ["on_crash"]
    until(lambda: "131072" in beta.virsh("dommemstat", guest.uuid).split("\n")[0], "the balloon shrinks", 20)
    assert console.domain(guest).title == "Edited"

    found = edit.versions(key)
    assert [version.reason for version in found] == ["edit", "seen"]
    back = edit.restore(key, found[1].id)
    assert ("disk", "vdb", Fate.REMOVED) in {(c.part, c.name, c.fate) for c in back.changes}
    handle = edit.run(back)
    done(handle, 60)
    assert {c.part for c in handle.result.done} == {"memory-now", "title", "disk"}, handle.result.left
    assert [c.part for c in handle.result.left] == ["on_crash"]
    assert stored(beta, guest) == before
    live = beta.virsh("dumpxml", guest.uuid)
    assert extra not in live
    assert "<title>" not in live
    assert guest.state() == "running"
    guest.ready()
    beta.exec("rm", "-f", extra)


def test_limits_of_a_running_guest(lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console) -> None:
    """A disk's limits hold at once, and go at once; of memory and CPU what this host lets a running guest take, and its words
    for the rest."""
    guest = spare("limited").start()
    console.add(spec_of(lab, beta, "ssh"))
    guest.ready()
    key, edit = console.key(guest), console.services.edit

    def applied(*pairs: tuple[str, str]) -> Applied:
        draft = edit.begin(key)
        text = draft.text
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        handle = edit.run(edit.plan(draft, text))
        done(handle, 60)
        result: Applied = handle.result
        return result

    limits = """<iotune>
        <read_bytes_sec>1048576</read_bytes_sec>
        <write_iops_sec>50</write_iops_sec>
      </iotune>"""
    result = applied(("<target dev='vda'", f"{limits}\n      <target dev='vda'"))
    assert [(c.part, c.name) for c in result.done] == [("disk", "vda")], result.left
    assert result.left == ()
    assert _tuned(beta, guest) == {"read_bytes_sec": "1048576", "write_iops_sec": "50"}
    assert "<write_iops_sec>50<" in stored(beta, guest)
    result = applied(("<write_iops_sec>50</write_iops_sec>", ""), ("1048576</read", "2097152</read"))
    assert [c.part for c in result.done] == ["disk"], result.left
    assert _tuned(beta, guest) == {"read_bytes_sec": "2097152"}

    tuned = """<memtune>
    <hard_limit unit='MiB'>900</hard_limit>
  </memtune>
  <cputune>
    <shares>512</shares>
  </cputune>
  <os"""
    result = applied(("<os", tuned))
    whole = {change.part for change in (*result.done, *result.left)}
    assert whole == {"memtune", "cputune"}
    for change in result.left:
        assert change.when is When.NEXT
        assert change.said, "the host's own words"
    for change in result.done:
        live = beta.virsh("memtune" if change.part == "memtune" else "schedinfo", guest.uuid)
        assert re.search(r"hard_limit\s*: 921600|cpu_shares\s*: 512", live), live
    waits = {change.part for change in edit.waiting(beta.virsh("dumpxml", guest.uuid), stored(beta, guest))}
    assert waits == {change.part for change in result.left}
    assert guest.state() == "running"


def _tuned(host: Host, guest: Guest) -> dict[str, str]:
    """The limits of the disk vda that are not 0, of what runs."""
    rows = re.findall(r"^(\w+)\s*: (\w+)$", host.virsh("blkdeviotune", guest.uuid, "vda", "--live"), re.MULTILINE)
    return {name: value for name, value in rows if value != "0"}


def test_what_the_host_refuses_and_what_another_wrote(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("disputed").start()
    console.add(spec_of(lab, beta))
    key, edit = console.key(guest), console.services.edit
    draft = edit.begin(key)
    wrong = draft.text.replace("<on_crash>destroy<", "<on_crash>explode<")
    assert [(f.text, draft.text.split("\n")[f.line - 1].strip()) for f in edit.check(draft, wrong)] == [
        ("explode", "<on_crash>destroy</on_crash>")
    ]
    view = edit.run(edit.plan(draft, wrong)).wait(30)
    assert view.state is JobState.FAILED
    assert view.problem is not None
    assert "on_crash" in view.problem.text or "schema" in view.problem.text
    assert stored(beta, guest) == draft.text.rstrip("\n")

    mine = draft.text.replace("<on_crash>destroy<", "<on_crash>restart<")
    plan = edit.plan(draft, mine)
    beta.virsh("desc", guest.uuid, "--config", "--title", "Theirs")
    view = edit.run(plan).wait(30)
    assert view.problem is not None
    assert view.problem.reason is Reason.CHANGED
    assert "<on_crash>destroy<" in stored(beta, guest)
    late = edit.plan(draft, mine)
    merge = edit.merge(late)
    assert (bool(late.theirs), merge.clashes) == (True, ())
    done(edit.run(edit.plan(*edit.rebased(late, merge.text()))))
    assert "<title>Theirs</title>" in stored(beta, guest)
    assert "<on_crash>restart<" in stored(beta, guest)


def test_a_password_survives_and_a_full_bus_is_said(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    """A screen's password is neither shown nor lost; what the host cannot plug waits for the next start, in its words."""
    guest = spare("secret").start()
    console.add(spec_of(lab, beta))
    key, edit = console.key(guest), console.services.edit
    draft = edit.begin(key)
    screen = "<graphics type='vnc' port='-1' autoport='yes' passwd='geheim'/>\n  </devices>"
    handle = edit.run(edit.plan(draft, draft.text.replace("</devices>", screen)))
    done(handle)
    assert [c.part for c in handle.result.left if c.part == "graphics"] == ["graphics"]
    assert "geheim" not in stored(beta, guest)
    draft = edit.begin(key)
    done(edit.run(edit.plan(draft, draft.text.replace("<on_crash>destroy<", "<on_crash>restart<"))))
    assert "geheim" in beta.virsh("dumpxml", "--inactive", "--security-info", guest.uuid)

    missing = DISK.format(path="/nowhere/at/all.qcow2")
    draft = edit.begin(key)
    handle = edit.run(edit.plan(draft, draft.text.replace("</devices>", missing)))
    done(handle)
    (left,) = [change for change in handle.result.left if change.part == "disk"]
    assert (left.name, left.when) == ("vdb", When.NEXT)
    assert "/nowhere/at/all.qcow2" in left.said
    assert "/nowhere" in stored(beta, guest)
    assert "/nowhere" not in beta.virsh("dumpxml", guest.uuid)


def test_devices_of_a_running_guest(lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console) -> None:
    """A card without a MAC gets one, the same in both places; its link is cut; it goes. A second vCPU comes at once."""
    guest = spare("plugged", vcpus=2)
    beta.virsh("setvcpus", guest.uuid, "1", "--config")
    guest.start()
    console.add(spec_of(lab, beta, "ssh"))
    guest.ready()
    key, edit = console.key(guest), console.services.edit

    def applied(old: str, new: str) -> Applied:
        draft = edit.begin(key)
        assert old in draft.text
        handle = edit.run(edit.plan(draft, draft.text.replace(old, new, 1)))
        done(handle, 60)
        result: Applied = handle.result
        return result

    card = (
        "<interface type='network'>\n      <source network='default'/>\n      <model type='virtio'/>\n    </interface>"
    )
    result = applied("</devices>", f"  {card}\n  </devices>")
    assert [(c.part, c.fate) for c in result.done] == [("interface", Fate.ADDED)], result.left
    macs = [{nic.mac for nic in console.domain(guest).nics}, set(_macs(stored(beta, guest)))]
    assert macs[0] == macs[1]
    (mac,) = macs[0] - {guest.mac}
    assert mac in _macs(beta.virsh("dumpxml", guest.uuid))

    result = applied(f"<mac address='{mac}'/>", f"<mac address='{mac}'/>\n      <link state='down'/>")
    assert [(c.part, c.name) for c in result.done] == [("interface", mac)], result.left
    assert beta.virsh("domif-getlink", guest.uuid, mac).endswith("down")

    draft = edit.begin(key)
    start = draft.text.rindex("<interface", 0, draft.text.index(mac))
    end = draft.text.index("</interface>", start) + len("</interface>")
    handle = edit.run(edit.plan(draft, draft.text[:start] + draft.text[end:]))
    done(handle, 60)
    assert [(c.part, c.name, c.fate) for c in handle.result.done] == [("interface", mac, Fate.REMOVED)], (
        handle.result.left
    )
    assert mac not in beta.virsh("dumpxml", guest.uuid)

    result = applied("current='1'>2</vcpu>", ">2</vcpu>")
    assert [(c.part, c.before, c.after) for c in result.done] == [("vcpus-now", "1", "2")], result.left
    assert beta.virsh("vcpucount", guest.uuid, "--live") == "2"
    assert beta.virsh("vcpucount", guest.uuid, "--config") == "2"
    assert console.domain(guest).vcpus == 2


def test_what_another_does_is_kept_as_it_happens(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("watched").start()
    console.add(spec_of(lab, beta))
    key, edit = console.key(guest), console.services.edit
    edit.begin(key)
    text = stored(beta, guest).replace("<on_crash>destroy<", "<on_crash>restart<")
    beta.exec("virsh", "-q", "define", "/dev/stdin", stdin=text)
    versions = console.app.versions
    until(lambda: len(versions.of(guest.uuid)) == 2, "the change is noticed", 10)
    newest, first = versions.of(guest.uuid)
    assert (newest.reason, first.reason) == ("elsewhere", "seen")
    assert "<on_crash>restart<" in versions.get(newest.id).xml
    done(console.services.describe.tag([key], add=["kept"]))
    found = edit.versions(key)
    assert [version.reason for version in found] == ["vm.tag", "elsewhere", "seen"]


def test_a_host_that_falls_silent_and_a_vm_that_vanishes(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    gone, cut = spare("vanishing"), spare("cut-off")
    console.add(spec_of(lab, beta))
    edit = console.services.edit
    drafts = {guest.name: edit.begin(console.key(guest)) for guest in (gone, cut)}
    plans = {
        name: edit.plan(draft, draft.text.replace("<on_crash>destroy<", "<on_crash>restart<"))
        for name, draft in drafts.items()
    }
    beta.virsh("undefine", gone.uuid)
    view = edit.run(plans["vanishing"]).wait(30)
    assert view.problem is not None
    assert view.problem.reason is Reason.GONE
    assert "vanishing" not in beta.virsh("list", "--all", "--name")
    beta.cut()
    start = time.monotonic()
    view = edit.run(plans["cut-off"]).wait(60)
    assert view.state is JobState.FAILED, f"still {view.state} after {time.monotonic() - start:.0f} s"
    beta.heal()
    assert "<on_crash>destroy<" in stored(beta, cut)


def test_the_command_line_edits_and_goes_back(lab: Lab, beta: Host, spare: Callable[..., Guest], desk: Desk) -> None:
    guest = spare("typed-in").start()
    desk.fleet(spec_of(lab, beta, "tls"))
    text = desk("xml", "show", "typed-in", "--inactive").out
    desk.profile.joinpath("new.xml").write_text(text.replace("<on_crash>destroy<", "<on_crash>restart<"))
    planned = desk("xml", "apply", str(desk.profile / "new.xml"), "--plan")
    assert planned.out.splitlines()[0].startswith("After a crash destroy → restart (next start).")
    applied = desk("xml", "apply", str(desk.profile / "new.xml"), "--yes", "--json")
    assert applied.code == 0, applied.err
    assert [c["part"] for c in applied.json["left"]] == ["on_crash"]
    assert "<on_crash>restart<" in stored(beta, guest)
    versions = desk("xml", "versions", "typed-in", "--json").json["versions"]
    assert [version["reason"] for version in versions] == ["edit", "seen"]
    assert "After a crash destroy → restart" in desk("xml", "diff", "typed-in").out
    assert desk("xml", "restore", "typed-in", str(versions[1]["id"]), "--yes").code == 0
    assert stored(beta, guest) == text.rstrip("\n")

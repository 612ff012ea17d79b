"""Two configurations compared by meaning, and what a running domain takes at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree

from console.fleet.edits import Change, Fate, Hold, Way, When
from console.libvirtxml import changes

CONFIG = """<domain type='kvm'>
  <name>web</name>
  <uuid>5f1b7a50-0a4f-4f3a-9a35-3f3f4a0f9b10</uuid>
  <title>Shop</title>
  <metadata>
    <own:vm xmlns:own="urn:own"><own:tag>web</own:tag></own:vm>
  </metadata>
  <memory unit='KiB'>2097152</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <vcpu placement='static' current='2'>4</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
  </os>
  <cpu mode='host-model'>
    <topology sockets='1' cores='4' threads='1'/>
  </cpu>
  <on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/srv/web.qcow2'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/srv/a.iso'/>
      <target dev='sda' bus='sata'/>
      <readonly/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:AA:00:01'/>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
    <graphics type='vnc' port='-1' autoport='yes'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>
  </devices>
</domain>
"""
DISK = """<disk type='file' device='disk'>
      <source file='/srv/data.qcow2'/>
      <target dev='vdb' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
    </disk>"""


def edited(*pairs: tuple[str, str], text: str = CONFIG) -> str:
    for old, new in pairs:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def only(after: str, live: str | None = CONFIG) -> Change:
    found = changes.plan(CONFIG, after, live)
    assert len(found) == 1, found
    return found[0]


def test_nothing_differs_from_itself_however_it_is_written() -> None:
    spaced = etree.tostring(etree.fromstring(CONFIG, etree.XMLParser(remove_blank_text=True)), encoding="unicode")
    root = etree.fromstring(CONFIG)
    children = list(root)
    random.Random(1).shuffle(children)
    root[:] = children
    commented = CONFIG.replace("<os>", "<!-- the firmware --><os>").replace("2097152", " 2097152 ")
    in_gib = CONFIG.replace("<memory unit='KiB'>2097152", "<memory unit='GiB'>2")
    for other in (CONFIG, spaced, etree.tostring(root, encoding="unicode"), commented, in_gib):
        assert changes.compare(CONFIG, other) == ()
        assert changes.same(CONFIG, other)


def test_memory_that_is_all_allotted_is_one_change_for_the_next_start() -> None:
    four = CONFIG.replace("2097152", "4194304")
    change = only(four)
    assert (change.part, change.before, change.after) == ("memory", "2097152", "4194304")
    assert (change.when, change.hold, change.limit) == (When.NEXT, Hold.CEILING, 2097152)
    less = only(CONFIG.replace("2097152", "1048576"))
    assert less.when is When.NOW
    assert less.step is not None
    assert (less.step.way, less.step.number) == (Way.MEMORY, 1048576)


def test_ceiling_and_allotment_apart() -> None:
    after = edited(
        ("<memory unit='KiB'>2097152", "<memory unit='KiB'>8388608"),
        ("Memory unit='KiB'>2097152", "Memory unit='KiB'>1048576"),
    )
    limit, now = changes.plan(CONFIG, after, CONFIG)
    assert (limit.part, limit.after, limit.when, limit.hold) == ("memory-limit", "8388608", When.NEXT, Hold.FIXED)
    assert (now.part, now.before, now.after, now.when) == ("memory-now", "2097152", "1048576", When.NOW)


def test_vcpus() -> None:
    now = only(edited(("current='2'", "current='3'")))
    assert (now.part, now.before, now.after, now.when) == ("vcpus-now", "2", "3", When.NOW)
    limit = only(edited((">4</vcpu>", ">8</vcpu>")))
    assert (limit.part, limit.when) == ("vcpus-limit", When.NEXT)
    both = changes.plan(CONFIG, edited(("current='2'>4<", "current='6'>8<")), CONFIG)
    assert [(c.part, c.when, c.hold, c.limit) for c in both] == [
        ("vcpus-limit", When.NEXT, Hold.FIXED, 0),
        ("vcpus-now", When.NEXT, Hold.CEILING, 4),
    ]


def test_of_a_vm_that_is_off_everything_is_for_its_next_start() -> None:
    after = edited(("Shop", "Front"), ("current='2'", "current='3'"))
    assert [(c.when, c.hold, c.step) for c in changes.plan(CONFIG, after, None)] == [(When.NEXT, Hold.NONE, None)] * 2


def test_only_the_next_start_can_be_asked_for() -> None:
    (change,) = changes.plan(CONFIG, edited(("current='2'", "current='3'")), CONFIG, wanted=False)
    assert (change.when, change.hold, change.step) == (When.NEXT, Hold.NOT_WANTED, None)


def test_title_description_and_metadata_are_changed_at_once() -> None:
    after = edited(
        ("<title>Shop</title>", "<description>two\nlines</description>"),
        ("<own:tag>web</own:tag>", "<own:tag>web</own:tag><own:later a='1'/>"),
    )
    title, description, metadata = sorted(changes.plan(CONFIG, after, CONFIG), key=lambda c: "tdm".index(c.part[0]))
    assert (title.fate, title.before, title.when) == (Fate.REMOVED, "Shop", When.NOW)
    assert (description.fate, description.after, description.when) == (Fate.ADDED, "two\nlines", When.NOW)
    assert metadata.step is not None
    assert (metadata.step.way, metadata.step.key, metadata.step.prefix) == (Way.METADATA, "urn:own", "own")
    assert etree.fromstring(metadata.step.xml).tag == "vm"
    assert "urn:own" not in metadata.step.xml


def test_metadata_that_goes() -> None:
    change = only(edited(('<own:vm xmlns:own="urn:own"><own:tag>web</own:tag></own:vm>', "")))
    assert change.fate is Fate.REMOVED
    assert change.step is not None
    assert (change.step.key, change.step.xml) == ("urn:own", "")


def test_a_disk_comes_without_a_place_on_the_bus_and_goes_as_the_running_vm_has_it() -> None:
    with_disk = edited(("<interface", DISK + "\n    <interface"))
    added = only(with_disk)
    assert (added.part, added.name, added.fate, added.when) == ("disk", "vdb", Fate.ADDED, When.NOW)
    assert added.step is not None
    assert (added.step.way, "address" in added.step.xml) == (Way.ATTACH, False)
    live = with_disk.replace("/srv/data.qcow2'/>", "/srv/data.qcow2' index='1'/><alias name='x'/>")
    (gone,) = changes.plan(with_disk, CONFIG, live)
    assert gone.step is not None
    assert (gone.fate, gone.step.way, "alias" in gone.step.xml) == (Fate.REMOVED, Way.DETACH, True)
    (not_there,) = changes.plan(with_disk, CONFIG, CONFIG)
    assert (not_there.when, not_there.hold) == (When.NEXT, Hold.UNKNOWN_HERE)


def test_what_a_device_can_change_while_it_runs() -> None:
    medium = only(edited(("/srv/a.iso", "/srv/b.iso")))
    assert (medium.name, medium.when) == ("sda", When.NOW)
    assert [(d.path, d.before, d.after) for d in medium.details] == [("source@file", "/srv/a.iso", "/srv/b.iso")]
    assert medium.step is not None
    assert medium.step.way is Way.UPDATE
    network = only(edited(("network='default'", "network='other'")))
    assert (network.part, network.name, network.when) == ("interface", "52:54:00:aa:00:01", When.NOW)
    model = only(edited(("<model type='virtio'/>", "<model type='e1000e'/>")))
    assert (model.when, model.hold) == (When.NEXT, Hold.FIXED)
    source = only(edited(("/srv/web.qcow2", "/srv/other.qcow2")))
    assert (source.name, source.when, source.hold) == ("vda", When.NEXT, Hold.FIXED)


def test_shares_and_limits_are_taken_at_once_and_the_rest_of_them_waits() -> None:
    tuned = "<cputune><shares>512</shares><vcpupin vcpu='0' cpuset='1'/></cputune>"
    now, later = changes.plan(CONFIG, edited(("<os>", f"{tuned}<os>")), CONFIG)
    assert (now.part, now.fate, now.when) == ("cputune", Fate.CHANGED, When.NOW)
    assert now.step is not None
    assert (now.step.way, now.step.values) == (Way.CPU_TUNE, (("cpu_shares", 512),))
    assert [(d.path, d.after) for d in now.details] == [("shares", "512")]
    assert (later.part, later.when, later.hold) == ("cputune", When.NEXT, Hold.FIXED)
    assert [d.path for d in later.details] == ["vcpupin@vcpu", "vcpupin@cpuset"]
    limit = only(edited(("<os>", "<memtune><hard_limit unit='MiB'>3000</hard_limit></memtune><os>")))
    assert (limit.part, limit.when) == ("memtune", When.NOW)
    assert limit.step is not None
    assert limit.step.values == (("hard_limit", 3000 << 10),)
    assert changes.plan(CONFIG, edited(("<os>", "<cputune/><os>")), CONFIG) == ()
    assert [c.hold for c in changes.plan(CONFIG, edited(("<os>", f"{tuned}<os>")), None)] == [Hold.NONE]


def test_the_limits_of_a_disk_are_taken_at_once_apart_from_what_else_it_is() -> None:
    limits = "<iotune><total_iops_sec>100</total_iops_sec></iotune><target dev='vda'"
    now = only(edited(("<target dev='vda'", limits)))
    assert (now.part, now.name, now.when) == ("disk", "vda", When.NOW)
    assert now.step is not None
    assert (now.step.way, now.step.key, now.step.values) == (Way.IO_TUNE, "vda", (("total_iops_sec", 100),))
    now, later = changes.plan(CONFIG, edited(("<target dev='vda'", limits), ("type='qcow2'", "type='raw'")), CONFIG)
    assert ([d.path for d in now.details], [d.path for d in later.details]) == (
        ["iotune/total_iops_sec"],
        ["driver@type"],
    )
    assert (now.when, later.when, later.hold) == (When.NOW, When.NEXT, Hold.FIXED)
    cdrom = edited(("<target dev='sda'", limits.replace("vda", "sda")), ("/srv/a.iso", "/srv/b.iso"))
    assert [c.when for c in changes.plan(CONFIG, cdrom, CONFIG)] == [When.NOW, When.NOW]
    gone = edited(("<target dev='vda'", limits))
    assert [c.hold for c in changes.plan(gone, CONFIG, edited(("'vda'", "'vdz'")))] == [Hold.UNKNOWN_HERE]


def test_a_password_is_a_change_whose_values_are_hidden() -> None:
    change = only(edited(("autoport='yes'", "autoport='yes' passwd='geheim'")))
    assert (change.part, change.name, change.when) == ("graphics", "vnc", When.NOW)
    assert [(d.path, d.before, d.after) for d in change.details] == [("@passwd", None, changes.HIDDEN)]
    other = changes.compare(edited(("'yes'", "'yes' passwd='one'")), edited(("'yes'", "'yes' passwd='two'")))
    assert len(other) == 1
    assert "geheim" not in repr(change)


def test_devices_without_a_name_are_told_apart_by_number() -> None:
    change = only(edited(("/dev/hwrng", "/dev/random")))
    assert (change.part, change.name) == ("rng", "2")


def test_anything_else_is_named_by_its_path() -> None:
    cpu = only(edited(("cores='4'", "cores='2'")))
    assert (cpu.part, [d.path for d in cpu.details], cpu.hold) == ("cpu", ["topology@cores"], Hold.FIXED)
    crash = only(edited(("<on_crash>destroy", "<on_crash>restart")))
    assert (crash.part, crash.before, crash.after) == ("on_crash", "destroy", "restart")
    kind = only(edited(("<domain type='kvm'>", "<domain type='qemu'>")))
    assert (kind.part, kind.name, kind.after) == ("domain", "type", "qemu")
    new = only(edited(("<os>", "<quantum><entangled/></quantum><os>")))
    assert (new.part, new.fate, [d.path for d in new.details]) == ("quantum", Fate.ADDED, ["entangled"])


def test_what_waits_is_told_without_what_the_host_fills_in() -> None:
    live = edited(
        ("<domain type='kvm'>", "<domain type='kvm' id='7'>"),
        ("<cpu mode='host-model'>", "<cpu mode='custom' match='exact'><model>Haswell</model>"),
        ("/srv/web.qcow2'/>", "/srv/web.qcow2' index='2'/><backingStore/><alias name='virtio-disk0'/>"),
        ("port='-1'", "port='5900'"),
        ("<currentMemory unit='KiB'>2097152", "<currentMemory unit='KiB'>1048576"),  # the balloon
        ("</devices>", "</devices><seclabel type='dynamic'><label>x</label></seclabel>"),
    )
    assert changes.waiting(live, CONFIG) == ()
    later = edited(
        ("<memory unit='KiB'>2097152", "<memory unit='KiB'>8388608"),
        ("<on_crash>destroy", "<on_crash>restart"),
        ("<interface", DISK + "\n    <interface"),
    )
    assert [(c.part, c.name, c.fate) for c in changes.waiting(live, later)] == [
        ("memory-limit", "", Fate.CHANGED),
        ("on_crash", "", Fate.CHANGED),
        ("disk", "vdb", Fate.ADDED),
    ]
    tuned = edited(("<os>", "<cputune><shares>512</shares></cputune><os>"))
    assert [c.part for c in changes.waiting(live, tuned)] == ["cputune"]
    assert changes.waiting(tuned, CONFIG) == (), "the host's own"
    more = CONFIG.replace("2097152", "4194304")
    assert [c.part for c in changes.waiting(CONFIG, more)] == ["memory"]


def test_passwords_are_hidden_in_text() -> None:
    text = edited(("'yes'/>", "'yes' passwd='se cret' passwdValidTo='2030-01-01T00:00:00'/>"))
    shown = changes.redacted(text)
    assert "se cret" not in shown
    assert f"passwd='{changes.HIDDEN}' passwdValidTo='2030" in shown
    assert changes.redacted(CONFIG) == CONFIG


@pytest.mark.parametrize("name", ["bare", "container", "nvram-over-network", "web"])
def test_any_domain_compares_with_any_other(name: str) -> None:
    golden = Path(__file__).parent / "golden"
    text = (golden / f"{name}.xml").read_text()
    assert changes.compare(text, text) == ()
    assert changes.compare(text, CONFIG)
    assert changes.plan(CONFIG, text, text)

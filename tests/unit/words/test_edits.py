from __future__ import annotations

import pytest

from console.fleet.edits import Change, Detail, Fate, Finding, Flaw, Hold, Version, When
from console.words import edits


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("memory", before="2097152", after="4194304"), "Memory 2 GiB → 4 GiB (next start)"),
        (Change("memory-now", before="2097152", after="1048576", when=When.NOW), "Memory 2 GiB → 1 GiB (now)"),
        (Change("vcpus-limit", before="2", after="8"), "vCPU ceiling 2 → 8 (next start)"),
        (Change("title", fate=Fate.ADDED, after="Shop", when=When.NOW), "Title is added, Shop (now)"),
        (Change("title", before="a", after="b" * 90), f"Title a → {'b' * 59}… (next start)"),
        (Change("domain", "type", before="kvm", after="qemu"), "Domain type kvm → qemu (next start)"),
        (
            Change("disk", "vdb", Fate.ADDED, details=(Detail("source@file", None, "/srv/b.qcow2"),)),
            "Disk vdb is added, /srv/b.qcow2 (next start)",
        ),
        (
            Change("interface", "52:54:00:00:00:01", Fate.REMOVED),
            "Network card 52:54:00:00:00:01 is removed (next start)",
        ),
        (
            Change("disk", "vda", details=tuple(Detail(f"driver@a{n}", None, "x") for n in range(5))),
            "Disk vda: driver a0 – → x, driver a1 – → x, driver a2 – → x, 2 more (next start)",
        ),
        (
            Change("memtune", details=(Detail("hard_limit", None, "2097152"), Detail("soft_limit", "1024", None))),
            "Memory limits: hard_limit – → 2 GiB, soft_limit 1 MiB → – (next start)",
        ),
        (
            Change("cputune", details=(Detail("shares", None, "512"),), when=When.NOW),
            "CPU shares and quotas: shares – → 512 (now)",
        ),
        (Change("quantum", fate=Fate.ADDED), "quantum is added (next start)"),
        (
            Change("metadata", "{urn:x}vm", details=(Detail("tag", "a", "b"),), when=When.NOW),
            "Metadata urn:x: tag a → b (now)",
        ),
    ],
)
def test_a_change_and_when(change: Change, said: str) -> None:
    assert plain(edits.line(change, True)) == said
    assert edits.line(change, False) == edits.what(change)


def test_why_not_at_once() -> None:
    memory = Change("memory", before="1", after="2", hold=Hold.CEILING, limit=2097152)
    assert plain(edits.why_later(memory)) == "It runs with a ceiling of 2 GiB."
    assert edits.why_later(Change("vcpus-now", hold=Hold.CEILING, limit=4)) == "It runs with a ceiling of 4."
    assert edits.why_later(Change("os", hold=Hold.FIXED)) == "A VM that runs cannot change in this."
    assert "no free slot" in edits.why_later(Change("disk", "vdb", said="no free slot"))
    assert edits.why_later(Change("title", when=When.NOW)) == ""
    assert all(edits.why_later(Change("disk", hold=hold)) for hold in Hold if hold is not Hold.NONE)


def test_every_flaw_has_a_sentence_with_its_place() -> None:
    for flaw in Flaw:
        assert "{" not in edits.finding(Finding(flaw, 3, 7, "x."))
    assert edits.finding(Finding(Flaw.ROOT, 3, 7, "pool")).startswith("Line 3, column 7: A VM's configuration")
    assert edits.finding(Finding(Flaw.TOO_BIG, text="9")) == "That is too big: 9 bytes."
    assert "Rename" in edits.flaw(Finding(Flaw.NAME, 1, 1, "web"))


def test_reasons_counts_and_what_is_left() -> None:
    def kept(reason: str) -> str:
        return edits.reason(Version(1, "h", "u", "web", 0.0, reason, "", ""))

    assert [kept(r) for r in ("edit", "restore", "elsewhere", "seen", "vm.tag")] == [
        "Edited",
        "Gone back",
        "Changed elsewhere",
        "First seen",
        "Tag",
    ]
    assert (edits.counted(1), edits.counted(3)) == ("1 change", "3 changes")
    both = (Change("disk", "vdb", Fate.REMOVED), Change("title", before="a", after="b"))
    assert edits.left(both) == "Disk vdb is removed; Title a → b"

"""Comparing, the doctor, repairs and retention, on libvirt's test driver; findings that it cannot have are made by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.snapshots import doctor
from console.fleet.snapshots.doctor import Finding
from console.fleet.snapshots.plans import Deed, IfStops, Op, SnapshotPlan, Step
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.storing import Say, Weight
from tests.unit.cli.conftest import Console, uuid
from tests.unit.cli.snapshotted import snapshotted
from tests.unit.cli.test_snapshot import answered

__all__ = ["snapshotted"]


def test_two_moments_differ_only_in_what_is_meant(snapshotted: Console) -> None:
    result = snapshotted("snapshot", "compare", "web-01", "clean")
    assert result.code == 0
    assert result.lines[0].replace("\u00a0", " ") == "Memory 1 GiB → 2 GiB"
    assert "vda: both lie inside one image, which does not tell what each takes." in result.lines
    assert [line for line in result.lines if line.startswith(("---", "+++"))] == ["--- clean", "+++ now"]
    assert "-  <name>web-01</name>" not in result.lines, "the same text written in another manner is no difference"
    same = snapshotted("snapshot", "compare", "web-01", "clean", "later")
    assert same.lines == [
        "The configuration is the same.",
        "vda: both lie inside one image, which does not tell what each takes.",
    ]
    record = snapshotted("snapshot", "compare", "web-01", "clean", "--json").json
    assert (record["first"], record["second"]) == ("clean", None)
    assert record["changes"][0]["part"] == "memory"
    assert record["disks"] == [{"target": "vda", "first_bytes": None, "second_bytes": None}]


def test_now_is_the_other_moment_by_name_too(snapshotted: Console) -> None:
    named = snapshotted("snapshot", "compare", "web-01", "clean", "now")
    assert named.out == snapshotted("snapshot", "compare", "web-01", "clean").out


def test_the_doctor_says_what_is_wrong_and_how_it_is_mended(snapshotted: Console) -> None:
    result = snapshotted("snapshot", "doctor", "web-01", "web-10")
    assert result.code == 0
    assert result.lines[0] == "kvm-a/web-01:"
    assert any(line.startswith("  blocks-migration: ") for line in result.lines)
    assert result.lines[-1] == "kvm-a/web-10: nothing is wrong."
    vms = snapshotted("snapshot", "doctor", "--where", "name:web*", "--json").json["vms"]
    assert [(vm["name"], vm["host"]) for vm in vms] == [(name, "kvm-a") for name in ("web-01", "web-02", "web-10")]
    codes = {finding["code"]: finding for finding in vms[0]["findings"]}
    assert codes["old"]["snapshots"] == ["clean", "german", "later"]
    assert vms[2]["findings"] == []


def test_what_is_only_worth_a_look_is_mended_where_it_is_named(snapshotted: Console) -> None:
    nothing = snapshotted("snapshot", "repair", "web-01", "--yes")
    assert (nothing.code, nothing.err) == (0, "There is nothing to mend.\n")
    plan = snapshotted("snapshot", "repair", "web-01", "--code", "old", "--plan", "--json").json["plan"]
    assert plan["act"] == "repair"
    assert set(plan["vms"][0]["lost"]) == {"clean", "german", "later"}
    assert plan["command"] == "splendid snapshot repair web-01 --code=old"
    done = snapshotted("snapshot", "repair", "web-01", "--code", "old", "--yes")
    assert (done.code, done.out) == (0, "Delete snapshot web-01: Done\n")


@pytest.mark.parametrize(("option", "word"), [("--code", "odd"), ("--file", "/etc/passwd")])
def test_what_was_not_found_cannot_be_mended(snapshotted: Console, option: str, word: str) -> None:
    result = snapshotted("snapshot", "repair", "web-01", option, word, "--yes")
    assert result.code == 2
    assert f"Nothing was found about {word}; there is " in result.err


@pytest.fixture
def two_wrong(snapshotted: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """web-01 has two things that are wrong; each is mended by giving a snapshot another description."""
    key = VmKey("kvm-a", uuid(1, 0))

    def found(facts: SnapshotFacts) -> tuple[Finding, ...]:
        def wrong(name: str) -> Finding | None:
            one = facts.snapshot(name)
            if one is None or one.description == "":
                return None
            steps = (Step(Op.CHECK), Step(Op.REDEFINE, names=(name,), if_stops=IfStops.FINISH))
            plan = SnapshotPlan(key, "web-01", Deed.REPAIR, "", 0.0, steps=steps, lost=(name,))
            return Finding("orphan", (f"/srv/{name}",), (name,), 1 << 20, Weight.WARNING, repair=plan)

        return tuple(one for name in ("clean", "german") if (one := wrong(name)) is not None)

    monkeypatch.setattr(doctor, "findings", found)
    return snapshotted


def test_each_finding_is_mended_from_what_is_there_by_then(two_wrong: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = two_wrong("snapshot", "repair", "web-01", "--plan")
    assert plan.code == 0
    assert plan.lines[0].startswith("orphan: ")
    assert "  /srv/clean" in plan.lines
    one = two_wrong("snapshot", "repair", "web-01", "--file", "/srv/german", "--plan", "--json").json["plan"]
    assert [vm["lost"] for vm in one["vms"]] == [["german"]]
    jobs = two_wrong("snapshot", "repair", "web-01", "--yes", "--json").json["jobs"]
    assert [job["kind"] for job in jobs] == ["snapshot.repair"] * 2
    no, asked = answered(two_wrong, monkeypatch, "no", "snapshot", "repair", "web-01")
    assert asked == []  # "yes" or "no" is asked for in another way
    assert no.code == 1


def test_a_repair_that_is_refused_is_not_tried(two_wrong: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    before = doctor.findings

    def refused(facts: SnapshotFacts) -> tuple[Finding, ...]:
        stop = (Say("block-job", {"target": "vda"}, Weight.STOP),)
        return tuple(replace(one, repair=replace(one.repair, says=stop)) for one in before(facts) if one.repair)

    monkeypatch.setattr(doctor, "findings", refused)
    result = two_wrong("snapshot", "repair", "web-01", "--yes")
    assert (result.code, result.out) == (1, "")
    assert "A block job runs on disk vda." in result.err


def test_retention_says_what_goes_before_it_does(snapshotted: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    assert snapshotted("snapshot", "retention", "web-01").code == 2
    plan = snapshotted("snapshot", "retention", "--where", "name:web*", "--keep", "1", "--plan", "--json").json["plan"]
    assert [(vm["name"], sorted(vm["lost"])) for vm in plan["vms"]] == [
        *(("web-01", ["clean", "german"]), ("web-02", ["clean", "german"]))
    ]
    assert plan["command"] == "splendid snapshot retention web-01 web-02 --keep=1"
    text = snapshotted("snapshot", "retention", "web-01", "--keep", "1", "--plan")
    assert text.lines[0].startswith("Delete clean, german, kvm-a/web-01: ")
    result, asked = answered(snapshotted, monkeypatch, "4", "snapshot", "retention", "web-01", "web-02", "--keep", "1")
    assert (result.code, asked) == (0, ["Type 4 to delete these snapshots:"])
    nothing = snapshotted("snapshot", "retention", "web-01", "--keep", "3", "--yes")
    assert (nothing.code, nothing.err) == (0, "Nothing goes: every snapshot is kept by the rule.\n")
    for words in (("--keep", "0"), ("--days", "0"), ("--days", "nan"), ("--keep", "x")):
        assert snapshotted("snapshot", "retention", "web-01", *words, "--yes").code == 2, words

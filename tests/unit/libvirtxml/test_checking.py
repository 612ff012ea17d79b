"""Where what is wrong stands, to the column."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from console.fleet.edits import Flaw, Severity
from console.libvirtxml.checking import check, schema_of

XML = """<domain type='kvm'>
  <name>web</name>
  <uuid>5f1b7a50-0a4f-4f3a-9a35-3f3f4a0f9b10</uuid>
  <memory unit='KiB'>1024</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/a'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
</domain>"""
UUID = "5f1b7a50-0a4f-4f3a-9a35-3f3f4a0f9b10"
SCHEMA = schema_of("/usr/share/libvirt/schemas")


def test_the_schema_is_there_where_libvirt_is() -> None:
    assert SCHEMA is not None, "libvirt-daemon or libvirt-dev brings it"
    assert schema_of("/nowhere") is None


def test_an_unusable_schema_is_none(tmp_path: Path) -> None:
    (tmp_path / "domain.rng").write_text("<grammar")
    assert schema_of(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("old", "new", "flaw", "line", "column", "said"),
    [
        ("</os>", "", Flaw.SYNTAX, 13, 10, "Opening and ending tag mismatch"),
        ("x86_64", "x86<64", Flaw.SYNTAX, 6, 22, "Unescaped '<'"),
        ("kvm'>", "kvm>", Flaw.SYNTAX, 2, 3, ""),
        (XML, "", Flaw.SYNTAX, 1, 1, "empty"),
        (XML, "<network/>", Flaw.ROOT, 1, 1, "network"),
        ("<domain type", "<!DOCTYPE d [<!ENTITY a 'b'>]>\n<domain type", Flaw.DOCTYPE, 1, 1, ""),
        ("<name>web", "<name>shop", Flaw.NAME, 2, 3, "web"),
        ("<name>web</name>", "", Flaw.NAME, 1, 1, "web"),
        ("5f1b", "6f1b", Flaw.UUID, 3, 3, UUID),
        ("bus='virtio'", "buss='virtio'", Flaw.ATTRIBUTE, 10, 25, 'buss="virtio"'),
        ("type='file'", "type='fil'", Flaw.ATTRIBUTE, 8, 11, 'type="fil"'),
        (">2<", ">two<", Flaw.VALUE, 5, 9, "two"),
        ("<source ", "<sauce ", Flaw.ELEMENT, 9, 7, "sauce"),
        ("<vcpu>2</vcpu>", "<vcpus-max/>", Flaw.ELEMENT, 5, 3, "vcpus-max"),
        ("<vcpu>2</vcpu>", "<vcpu>2</vcpu><vcpu>3</vcpu>", Flaw.ELEMENT, 5, 3, "vcpu"),
        ("<domain type='kvm'>", "<domain>", Flaw.SCHEMA, 1, 1, "domain"),
    ],
)
def test_what_and_where(old: str, new: str, flaw: Flaw, line: int, column: int, said: str) -> None:
    assert old in XML
    found = check(XML.replace(old, new, 1), "web", UUID, SCHEMA)
    assert [(f.flaw, f.line, f.column) for f in found] == [(flaw, line, column)]
    assert said in found[0].text
    schema = flaw in (Flaw.ATTRIBUTE, Flaw.VALUE, Flaw.ELEMENT, Flaw.SCHEMA)
    assert found[0].severity is (Severity.DOUBT if schema else Severity.ERROR)


def test_a_uuid_may_be_written_otherwise() -> None:
    assert check(XML.replace(UUID, UUID.upper().replace("-", "")), "web", UUID) == ()


def test_several_wrong_parts_are_all_told() -> None:
    wrong = XML.replace(">2<", ">two<").replace("buss", "bus").replace("bus='virtio'", "buss='virtio'")
    assert [finding.flaw for finding in check(wrong, schema=SCHEMA)] == [Flaw.VALUE, Flaw.ATTRIBUTE]


def test_odd_characters_break_nothing() -> None:
    assert [f.flaw for f in check("<domain>\x00</domain>")] == [Flaw.SYNTAX]
    assert check("<domain><name>\udce9</name></domain>") == ()
    assert check("<?xml version='1.0' encoding='latin-1'?><domain><name>é</name></domain>", "é") == ()


def test_what_is_too_big_is_not_even_parsed() -> None:
    assert check("<domain>" + " " * (17 << 20))[0].flaw is Flaw.TOO_BIG


def test_without_a_schema_only_syntax_and_identity_count() -> None:
    assert check(XML.replace("bus=", "buss="), "web", UUID) == ()


def test_ten_thousand_lines_are_checked_in_a_moment() -> None:
    disk = XML[XML.index("    <disk") : XML.index("  </devices>")]
    many = "".join(disk.replace("vda", f"vd{number}") for number in range(2600))
    big = XML.replace("  </devices>", many.replace("dev='vd900' bus", "dev='vd900' buss") + "  </devices>")
    assert big.count("\n") > 10_000
    start = time.monotonic()
    found = check(big, "web", UUID, SCHEMA)
    assert [(f.flaw, big.split("\n")[f.line - 1].strip()[:19]) for f in found] == [
        (Flaw.ATTRIBUTE, "<target dev='vd900'")
    ]
    assert time.monotonic() - start < 10

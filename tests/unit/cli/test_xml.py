from __future__ import annotations

from tests.unit.cli.conftest import Console, uuid


def test_the_whole_xml(console: Console) -> None:
    result = console("xml", "show", "db-01")
    assert result.code == 0
    assert result.out.startswith("<domain type='test'")
    assert uuid(2, 0) in result.out
    assert result.out.endswith("</domain>\n")
    assert console("xml", "show", "db-01", "--inactive").out.startswith("<domain type='test'")


def test_parts(console: Console) -> None:
    disk = console("xml", "show", "db-01", "--section", "disk")
    assert disk.lines[0].strip().startswith("<disk ")
    assert disk.lines[-1].strip() == "</disk>"
    both = console("xml", "show", "db-01", "-s", "disk", "-s", "interface")
    assert sum(line.strip().startswith(("<disk ", "<interface ")) for line in both.lines) == 2
    assert [line.strip() for line in console("xml", "show", "db-01", "-s", "uuid").lines] == [
        f"<uuid>{uuid(2, 0)}</uuid>"
    ]
    wrong = console("xml", "show", "db-01", "-s", "hostdev")
    assert wrong.code == 2
    assert "There is no hostdev in it; there are" in " ".join(wrong.err.split())


def test_overview(console: Console) -> None:
    lines = console("xml", "show", "db-01", "--sections").lines
    assert any(line.split()[0] == "disk" and line.endswith("file /srv/images/db-01.img vda virtio") for line in lines)


def test_json(console: Console) -> None:
    found = console("xml", "show", "db-01", "--json").json
    disk = next(section for section in found["sections"] if section["title"] == "disk")
    line = found["xml"].splitlines()[disk["first_line"] - 1]
    assert line.strip().startswith("<disk ")


def test_no_such_vm(console: Console) -> None:
    assert console("xml", "show", "nope").code == 1


def test_passwords_only_when_asked_for(console: Console) -> None:
    node = console.folder / "kvm-b.xml"
    screen = '<graphics type="vnc" port="-1" autoport="yes" passwd="geheim"/></devices>'
    node.write_text(node.read_text("utf-8").replace("</devices>", screen, 1), "utf-8")
    assert "geheim" not in console("xml", "show", "db-01").out
    assert "geheim" not in console("xml", "show", "db-01", "--inactive").out
    assert "geheim" in console("xml", "show", "db-01", "--secrets").out

from __future__ import annotations

import ast
import re
from pathlib import Path

from console.fleet.domains import State
from console.fleet.snapshots import obstacles
from console.fleet.snapshots.plans import Deed
from console.fleet.snapshots.work import Work
from tests.unit.fleet.snapshots.host import LINE, image, inside, line, outside, vm

SOURCES = sorted(Path(obstacles.__file__).parent.glob("*.py"))


def said() -> dict[str, set[str]]:
    """Codes that the planners say, and the values each is said with, as they are written."""
    found: dict[str, set[str]] = {}
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("say", "warn", "refuse") and node.args:
                keys = {str(one.arg) for one in node.keywords if one.arg not in (None, "weight")}
                for code in (part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)):
                    found.setdefault(str(code), set()).update(keys)
    return found


def test_every_code_is_listed_with_the_values_it_brings() -> None:
    named = {code: keys for code, keys in said().items() if re.fullmatch(r"[a-z]+(-[a-z]+)*", code)}
    assert len(named) > 40
    assert named.keys() <= obstacles.SAYS.keys()
    for code, keys in named.items():
        assert set(obstacles.SAYS[code]) <= keys | {"names", "file", "target", "format", "libvirt"}, code


def looked(deed: Deed, **more: object) -> list[str]:
    work = Work(line(**more))
    obstacles.look(work, deed)
    return [say.code for say in work.says]


def test_what_bars_every_act_and_what_some() -> None:
    assert looked(Deed.DELETE) == []
    for deed in Deed:
        assert looked(deed, read_only=True) == ["read-only"]
        busy = looked(deed, job="dump")
        assert busy == ([] if deed in (Deed.RENAME, Deed.DESCRIBE) else ["busy"])
        marked = looked(deed, template=True, managed_save=True, state=State.UNKNOWN)
        assert marked == (["unknown-state", "template", "saved"] if deed in (Deed.TAKE, Deed.REVERT) else [])
    assert looked(Deed.TAKE, busy_disks=("vda", "vdb"), job="copy") == ["block-job", "block-job"]
    assert looked(Deed.TAKE, busy_disks=("vda",), job="backup") == ["backing-up"]


def test_chains() -> None:
    work = Work(vm(*LINE, image("/p/x", backing="/p/gone")))
    assert obstacles.look_at_chain(work, "vda", "/p/qa.half")
    assert not obstacles.look_at_chain(work, "vdb", "/p/x")
    (say,) = work.says
    assert (say.code, dict(say.values)) == ("missing-file", {"target": "vdb", "file": "/p/gone"})
    assert obstacles.look_at_chain(Work(vm(image("/p/x", backing="/p/gone"), hypervisor="TEST")), "vda", "/p/x")


def test_names() -> None:
    def flaw(name: str, itself: str = "") -> list[str]:
        work = Work(line())
        obstacles.look_at_name(work, name, itself)
        return [say.code for say in work.says]

    assert flaw("before upgrade, second try: ä") == []
    assert (flaw("  "), flaw("a\nb"), flaw(".."), flaw("half"), flaw("half", "half")) == (
        ["name-empty"],
        ["name-bad"],
        ["name-bad"],
        ["name-taken"],
        [],
    )


def test_images_that_are_written_inside() -> None:
    def flaw(path: str, itself: str = "", **more: object) -> list[tuple[str, object]]:
        snapshots = (inside("i", "", "/p/qa"), outside("e", "i", "/p/x"))
        work = Work(vm(image("/p/qa"), image("/p/x"), image("/p/y", 1, "/p/x"), snapshots=snapshots, **more))
        obstacles.look_at_image(work, path, itself)
        return [(say.code, say.values.get("names")) for say in work.says]

    assert flaw("/p/qa") == []
    assert flaw("/p/x") == [("external-on-top", "e")]
    assert flaw("/p/x", "e") == [("external-on-top", "/p/y")]
    assert flaw("/p/qa", users={"/p/qa": ("two", "one")}) == [("clone-needs", "one, two")]

"""`splendid storage` on the test driver: what it lists, what it refuses, what it does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Console


@pytest.fixture
def console(empty: Console) -> Console:
    empty.host("alpha", ("web",))
    empty.host("beta", ("mail",))
    return empty


def make(console: Console, name: str, host: str = "alpha") -> None:
    """A volume in the node file of a host: each run of the program opens it anew."""
    node = console.folder / f"{host}.xml"
    volume = f"<volume><name>{name}</name><capacity>1048576</capacity><allocation>4096</allocation></volume>"
    node.write_text(node.read_text("utf-8").replace("</pool>", f"{volume}</pool>"), "utf-8")


def test_it_lists_hosts_pools_and_volumes(console: Console) -> None:
    make(console, "web.img")
    make(console, "free.img")
    said = console("storage", "list", "--json")
    assert (said.code, [row["host"] for row in said.json["hosts"]]) == (0, ["alpha", "beta"])
    assert said.json["total"]["orphans"] == 1
    pools = console("storage", "pools", "alpha", "--json").json["pools"]
    assert [(pool["name"], pool["volumes"], [user["name"] for user in pool["users"]]) for pool in pools] == [
        ("images", 2, ["web"])
    ]
    assert [line.split()[2] for line in console("storage", "volumes", "--orphans").lines[1:]] == ["free.img"]
    assert "web" in console("storage", "who", "alpha/images/web.img").out
    assert console("storage", "list").lines[-1].startswith("All")


def test_a_volume_in_use_is_refused_by_name_with_the_plan(console: Console) -> None:
    make(console, "web.img")
    make(console, "free.img")
    said = console("storage", "delete", "alpha/images/web.img", "--plan")
    assert said.code == 1
    assert "web.img stays: web uses it as a disk." in said.out
    said = console("storage", "delete", "alpha/images/web.img", "--yes")
    assert (said.code, said.out) == (1, "")
    assert "web uses it" in said.err
    plan = console("storage", "delete", "alpha/images/free.img", "--plan", "--json").json["plan"]
    assert (plan["refused"], plan["frees"], [say["code"] for say in plan["says"]]) == (False, 4096, ["goes"])
    assert console("storage", "delete", "alpha/images/free.img").code == 2, "nobody can be asked here"
    assert console("storage", "delete", "alpha/images/free.img", "--yes").code == 0


def test_a_pool_in_use_is_refused_by_name(console: Console) -> None:
    make(console, "web.img")
    said = console("storage", "pool", "stop", "alpha/images", "--yes")
    assert said.code == 1
    assert "web on alpha uses its volumes." in said.err
    assert console("storage", "pool", "stop", "beta/images", "--yes").code == 0
    assert console("storage", "pool", "autostart", "beta/images", "--off").code == 0
    said = console("storage", "pool", "define", "beta/iso", "--path", "/iso", "--json")
    assert said.json["jobs"][0]["state"] == "succeeded"
    assert console("storage", "pool", "define", "iso", "--path", "/iso").code == 2
    assert console("storage", "pool", "define", "beta/iso", "--path", "iso").code == 2


def test_volumes_are_made_copied_and_resized(console: Console) -> None:
    make(console, "web.img")
    make(console, "free.img")
    assert console("storage", "create", "alpha/images/new", "--size", "1G").code == 0
    assert "name" in console("storage", "create", "new", "--size", "1G").err
    assert console("storage", "create", "alpha/images/new", "--size", "viel").code == 2
    said = console("storage", "create", "alpha/images/free.img", "--size", "1G")
    assert (said.code, said.err) == (1, "The name free.img is taken already. Choose another.\n")
    assert console("storage", "clone", "alpha/images/free.img", "copy").code == 0
    said = console("storage", "resize", "alpha/images/free.img", "+1M", "--plan")
    assert (said.code, said.out) == (0, "free.img is given 2 MiB instead of 1 MiB.\n")
    said = console("storage", "resize", "alpha/images/free.img", "512K", "--plan")
    assert (said.code, said.lines[-1]) == (1, "If that is meant, say --shrink.")
    said = console("storage", "resize", "alpha/images/free.img", "512K")
    assert (said.code, said.err.splitlines()[-1]) == (1, "If that is meant, say --shrink.")
    assert "--shrink" not in console("storage", "resize", "alpha/images/free.img", "512K", "--shrink", "--plan").out
    assert "--shrink" not in console("storage", "resize", "alpha/images/web.img", "512K").err, "that alone would not do"


def test_transfers_are_planned(console: Console, tmp_path: Path) -> None:
    make(console, "free.img")
    file = tmp_path / "disk.raw"
    file.write_bytes(b"x" * 512)
    said = console("storage", "upload", str(file), "alpha/images", "--plan")
    assert (said.code, said.out.strip()) == (0, f"{file} (512 B, raw) becomes disk.raw in images.")
    assert console("storage", "upload", str(file), "alpha/images/", "--plan").out == said.out, "as a folder is written"
    assert console("storage", "upload", str(file), "alpha/images/free.img", "--plan").code == 1
    said = console("storage", "download", "alpha/images/free.img", str(tmp_path), "--plan")
    assert str(tmp_path / "free.img") in said.out
    (tmp_path / "free.img").touch()
    said = console("storage", "download", "alpha/images/free.img", str(tmp_path), "--plan")
    assert said.lines == [f"{tmp_path / 'free.img'} is there already.", "If that is meant, say --overwrite."]
    said = console("storage", "upload", str(file), "alpha/images", "--yes")
    assert said.code == 1, "the test driver takes none"
    assert "nothing of it is left" in said.err


def test_words_that_name_nothing(console: Console) -> None:
    said = console("storage", "who", "alpha/images/none")
    assert said.code == 1
    assert said.err.startswith("No volume is called alpha/images/none.")
    said = console("storage", "pool", "start", "images")
    assert said.code == 2
    assert "alpha/images, beta/images" in said.err


def test_a_file_whose_name_is_no_text_wants_another(console: Console, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.raw")
    file.write_bytes(b"x" * 512)
    said = console("storage", "upload", str(file), "alpha/images", "--plan")
    assert said.code == 2
    assert "one line without a slash" in said.err
    assert console("storage", "upload", str(file), "alpha/images/cafe.raw", "--plan").code == 0
    assert console("storage", "upload", str(tmp_path / "none"), "alpha/images").code == 2
    assert console("storage", "download", "alpha/images/none", str(tmp_path)).code == 1


@pytest.mark.parametrize(
    "act",
    [
        ("create", "alpha/images/x", "--size", "1G"),
        ("resize", "alpha/images/free.img", "2M"),
        ("clone", "alpha/images/free.img", "y"),
        ("delete", "alpha/images/free.img"),
        ("pool", "refresh", "alpha/images"),
        ("pool", "define", "alpha/iso", "--path", "/iso"),
        ("upload", __file__, "alpha/images"),
    ],
)
def test_on_a_host_that_is_only_looked_at_the_plan_says_so(empty: Console, act: tuple[str, ...]) -> None:
    empty.host("alpha", ("web",), "read_only = true")
    make(empty, "free.img")
    told = empty("storage", *act, "--plan")
    assert (told.code, told.out) == (1, "alpha is set to only look, never change.\n")
    told = empty("storage", *act)
    assert (told.code, told.err) == (1, "alpha is set to only look, never change.\n")

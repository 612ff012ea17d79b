from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from console.settings import demo
from console.settings.demo import demo_folder, demo_hosts, demo_size, local_host


@pytest.mark.parametrize("name", ["demo", "my demo/50%", "dé mo #1?"])
def test_the_demos_hosts_live_where_their_nodes_were_copied(tmp_path: Path, name: str) -> None:
    specs = demo_hosts(tmp_path / name)
    assert len(specs) == len(list(demo_folder().glob("*.xml"))) == demo_size()[0]
    for spec in specs:
        assert spec.demo
        assert spec.zone
        assert Path(unquote(urlsplit(spec.uri).path)).is_relative_to(tmp_path / name)
        assert Path(unquote(urlsplit(spec.uri).path)).read_bytes() == (demo_folder() / f"{spec.name}.xml").read_bytes()


def test_the_demo_is_as_large_as_its_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts, vms = demo_size()
    assert (hosts, vms > 30) == (6, True)
    monkeypatch.setattr(demo, "demo_folder", lambda: tmp_path)
    assert demo_size() == (0, 0)
    (tmp_path / "a.xml").write_text("<node><domain/><domain/></node>")
    assert demo_size() == (1, 2)
    (tmp_path / "b.xml").write_text("<node>")
    assert demo_size() == (0, 0)


def test_this_computers_libvirt_is_offered_only_where_it_may_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = tmp_path / "libvirt-sock"
    monkeypatch.setattr(demo, "LOCAL_SOCKETS", (str(socket),))
    assert local_host() is None
    socket.touch()
    spec = local_host()
    assert spec is not None
    assert (spec.uri, spec.name) == ("qemu:///system", os.uname().nodename)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert local_host() is None


def test_where_nothing_can_be_written_the_demo_is_shown_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    specs = demo_hosts(tmp_path / "file" / "demo")
    assert len(specs) == demo_size()[0]
    assert all(Path(unquote(urlsplit(spec.uri).path)).parent == demo_folder() for spec in specs)

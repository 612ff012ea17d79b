"""What other programs know of hosts, read as they write it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.settings.importing import DCONF, Found, ssh_config_names, virt_manager_uris

SSH = """
# ours
Host kvm-n11 n11
    HostName kvm-n11.example.net
    User admin
Host *.lab !bad ?x
    User nobody
Host=plain
Include more/*.conf
Match host foo
    HostName hidden
Host "quoted name"
  hostname = %h.example.org
"""


def tool(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_ssh_names_without_wildcards(tmp_path: Path) -> None:
    ssh = tmp_path / ".ssh"
    (ssh / "more").mkdir(parents=True)
    (ssh / "config").write_text(SSH)
    (ssh / "more" / "a.conf").write_text("Host inc\n User me\nInclude ../config\n")
    found = {item.name: item for item in ssh_config_names(tmp_path)}
    assert list(found) == ["kvm-n11", "n11", "plain", "inc", "quoted name"]
    assert found["n11"] == Found("n11", "qemu+ssh://n11/system", "admin@kvm-n11.example.net")
    assert found["inc"].detail == "me@inc"
    assert found["quoted name"].detail == "quoted name.example.org"


def test_no_ssh_config(tmp_path: Path) -> None:
    assert ssh_config_names(tmp_path) == ()


@pytest.mark.parametrize(
    ("printed", "uris"),
    [
        ("['qemu:///system', 'qemu+ssh://root@kvm1/system']", ["qemu:///system", "qemu+ssh://root@kvm1/system"]),
        ("@as []", []),
        ("nonsense [", []),
    ],
)
def test_virt_manager_by_gsettings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str, uris: list[str]
) -> None:
    tool(tmp_path, "gsettings", f'echo "{printed}"')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin:/usr/bin")
    monkeypatch.setattr("console.settings.importing.DCONF", "/nothing/there")
    assert [item.uri for item in virt_manager_uris(tmp_path)] == uris


def test_virt_manager_by_keyfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    keyfile = tmp_path / ".config/glib-2.0/settings/keyfile"
    keyfile.parent.mkdir(parents=True)
    keyfile.write_text("[org/virt-manager/virt-manager/connections]\nuris=['qemu+tls://a.example/system']\n")
    assert virt_manager_uris(tmp_path) == (Found("a.example", "qemu+tls://a.example/system"),)


def test_a_tool_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(tmp_path, "gsettings", "exec sleep 30")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin:/usr/bin")
    monkeypatch.setattr("console.settings.importing.LIMIT", 0.1)
    assert virt_manager_uris(tmp_path) == ()


def test_connections_we_cannot_open_or_must_not_keep_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uris = ["xen:///", "lxc:///", "qemu:///session", "qemu+ssh://root:pw@kvm1/system", "qemu:///session"]
    tool(tmp_path, "gsettings", f'echo "{uris}"')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin:/usr/bin")
    assert virt_manager_uris(tmp_path) == (Found("localhost", "qemu:///session"),)


def test_dconf_is_asked_where_gsettings_knows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(tmp_path, "gsettings", "echo 'No such schema' >&2; exit 1")
    tool(tmp_path, "dconf", f"""[ "$1 $2" = "read {DCONF}" ] && echo "['qemu:///system']" """)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin:/usr/bin")
    assert [item.uri for item in virt_manager_uris(tmp_path)] == ["qemu:///system"]


def test_the_keyfile_is_where_the_desktop_keeps_its_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    keyfile = home / "config/glib-2.0/settings/keyfile"
    keyfile.parent.mkdir(parents=True)
    keyfile.write_text("[org/virt-manager/virt-manager/connections]\nuris=['qemu:///system']\n")
    assert [item.uri for item in virt_manager_uris()] == ["qemu:///system"]
    keyfile.write_text("uris without a section")
    assert virt_manager_uris() == ()


def test_an_include_reaches_into_folders_and_the_home(tmp_path: Path) -> None:
    ssh = tmp_path / ".ssh"
    for folder in (ssh / "sites" / "north", ssh / "sites" / "south", tmp_path / "work"):
        folder.mkdir(parents=True)
        (folder / "hosts").write_text(f"Host {folder.name}\n")
    (ssh / "config").write_text(f"Include sites/*/hosts ~/work/hosts {tmp_path}/nothing\nHost last\n")
    assert [item.name for item in ssh_config_names(tmp_path)] == ["north", "south", "work", "last"]


def test_what_is_no_plain_file_holds_nobody_up(tmp_path: Path) -> None:
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    os.mkfifo(ssh / "pipe")
    (ssh / "config").write_text(
        'Include pipe\nHost a\nHost "open quote\nHost b\n'
        + "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")
    )
    assert [item.name for item in ssh_config_names(tmp_path)] == ["a", "b"]

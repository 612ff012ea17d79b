from __future__ import annotations

import pytest

from console.fleet.errors import Reason, UsageError
from console.fleet.hosts import HostSpec
from console.gateway.uri import Target, for_libvirt, take_apart


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("qemu:///system", Target("qemu", "unix", path="/system")),
        ("test:///default", Target("test", "", path="/default")),
        ("test://host/default", Target("test", "tls", "host", path="/default")),
        ("qemu+ssh://root@alpha:2222/system", Target("qemu", "ssh", "alpha", 2222, "root", "/system")),
        ("qemu+ssh:///system", Target("qemu", "ssh", "localhost", path="/system")),
        ("qemu+tcp://[fd00::1]/system", Target("qemu", "tcp", "fd00::1", path="/system")),
        ("qemu+ssh://an%40na@a/system", Target("qemu", "ssh", "a", user="an@na", path="/system")),
        (
            "qemu+unix:///system?socket=/run/a b",
            Target("qemu", "unix", path="/system", params=(("socket", "/run/a b"),)),
        ),
    ],
)
def test_what_a_uri_means(uri: str, target: Target) -> None:
    assert take_apart(uri) == target


@pytest.mark.parametrize(
    "uri",
    ["", "host", "qemu+ssh://root:secret@a/system", "qemu+tcp://a:99999/", "qemu+tcp://[::1/x", "qemu:///?password=a"],
)
def test_what_is_no_uri_or_holds_a_password_is_refused(uri: str) -> None:
    with pytest.raises(UsageError) as caught:
        take_apart(uri)
    assert caught.value.problem.reason is Reason.BAD_URI
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "uri"),
    [
        (HostSpec("a", "a", "qemu:///system"), "qemu:///system"),
        (HostSpec("a", "a", "test:///a/b.xml"), "test:///a/b.xml"),
        (HostSpec("a", "a", "qemu+ssh://root@a/system"), "qemu+ssh://root@a/system?no_tty=1"),
        (HostSpec("a", "a", "qemu+ssh:///system"), "qemu+ssh:///system?no_tty=1"),
        (
            HostSpec("a", "a", "qemu+ssh://a/system", keyfile="/home/me/my key"),
            "qemu+ssh://a/system?no_tty=1&keyfile=/home/me/my%20key",
        ),
        (
            HostSpec("a", "a", "qemu+libssh://a/system?known_hosts_verify=ignore"),
            "qemu+libssh://a/system?known_hosts_verify=normal",
        ),
        (
            HostSpec("a", "a", "qemu+tls://a:1/system", pkipath="/pki", verify=False),
            "qemu+tls://a:1/system?pkipath=/pki&no_verify=1",
        ),
        (HostSpec("a", "a", "qemu+ssh://a/system?no_verify=1"), "qemu+ssh://a/system?no_tty=1"),
        (
            HostSpec("a", "a", "qemu+tls://[fd00::1]/system?pkipath=/own", pkipath="/pki"),
            "qemu+tls://[fd00::1]/system?pkipath=/own",
        ),
        (
            HostSpec("a", "a", "test+unix:///a/n.xml?socket=/run/x/libvirt-sock"),
            "test+unix:///a/n.xml?socket=/run/x/libvirt-sock",
        ),
    ],
)
def test_the_uri_libvirt_gets(spec: HostSpec, uri: str) -> None:
    assert for_libvirt(spec) == uri

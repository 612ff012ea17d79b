import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.fleet.uris import (
    TRANSPORTS,
    Flaw,
    Way,
    address_of,
    looks_like_uri,
    masked,
    name_of,
    read,
    split,
    suggestion,
)


@pytest.mark.parametrize(
    ("text", "way", "uri", "name"),
    [
        ("kvm-n11", Way.SSH, "qemu+ssh://kvm-n11/system", "kvm-n11"),
        ("  admin@kvm-n11.example.net ", Way.SSH, "qemu+ssh://admin@kvm-n11.example.net/system", "kvm-n11"),
        ("root@10.77.0.1:2222", Way.SSH, "qemu+ssh://root@10.77.0.1:2222/system", "10.77.0.1"),
        ("2001:db8::1", Way.TLS, "qemu+tls://[2001:db8::1]/system", "2001:db8::1"),
        ("[2001:db8::1]:16514", Way.TLS, "qemu+tls://[2001:db8::1]:16514/system", "2001:db8::1"),
        ("größe.example", Way.TCP, "qemu+tcp://größe.example/system", "größe"),
        ("qemu:///system", Way.URI, "qemu:///system", ""),
        (
            "qemu+unix:///system?socket=/run/a/libvirt-sock",
            Way.URI,
            "qemu+unix:///system?socket=/run/a/libvirt-sock",
            "",
        ),
        ("test:///home/x/node-a.xml", Way.URI, "test:///home/x/node-a.xml", "node-a"),
        ("qemu+libssh://a@b.c:22/system?keyfile=/k", Way.URI, "qemu+libssh://a@b.c:22/system?keyfile=/k", "b"),
    ],
)
def test_what_is_typed_becomes_a_uri_and_a_name(text: str, way: Way, uri: str, name: str) -> None:
    typed = read(text, way)
    assert (typed.uri, typed.name, typed.flaw) == (uri, name, None)


@pytest.mark.parametrize(
    ("text", "way", "flaw"),
    [
        ("", Way.SSH, Flaw.EMPTY),
        ("   ", Way.URI, Flaw.EMPTY),
        ("two words", Way.SSH, Flaw.SPACE),
        ("bell\x07", Way.SSH, Flaw.SPACE),
        ("host:ssh", Way.SSH, Flaw.PORT),
        ("host:", Way.SSH, Flaw.PORT),
        ("host:0", Way.SSH, Flaw.PORT),
        ("host:65536", Way.SSH, Flaw.PORT),
        ("user@", Way.SSH, Flaw.HOST),
        ("@host", Way.SSH, Flaw.HOST),
        ("a/b", Way.SSH, Flaw.HOST),
        ("-oProxyCommand=x", Way.SSH, Flaw.HOST),
        ("-v", Way.TLS, Flaw.HOST),
        ("qemu+ssh://-oProxyCommand=touch%20x/system", Way.URI, Flaw.HOST),
        ("qemu+ssh://root@-v/system", Way.URI, Flaw.HOST),
        ("qemu+ssh://a%20b/system", Way.URI, Flaw.HOST),
        ("root:secret@host", Way.SSH, Flaw.PASSWORD),
        ("qemu+ssh://root:secret@host/system", Way.URI, Flaw.PASSWORD),
        ("qemu+ssh://host:99999/system", Way.URI, Flaw.PORT),
        ("qemu+ssh://host:zero/system", Way.URI, Flaw.PORT),
        ("qemu+ssh:///system", Way.URI, Flaw.HOST),
        ("vbox:///session", Way.URI, Flaw.DRIVER),
        ("qemu+carrier://host/system", Way.URI, Flaw.TRANSPORT),
        ("qemu+://host/system", Way.URI, Flaw.TRANSPORT),
        ("kvm-n11", Way.URI, Flaw.NOT_A_URI),
        ("qemu:system", Way.URI, Flaw.NOT_A_URI),
    ],
)
def test_what_cannot_be_meant_is_named(text: str, way: Way, flaw: Flaw) -> None:
    typed = read(text, way)
    assert (typed.flaw, typed.uri) == (flaw, "")


@pytest.mark.parametrize(
    ("uri", "text", "way"),
    [
        ("qemu+ssh://admin@kvm-n11/system", "admin@kvm-n11", Way.SSH),
        ("qemu+tls://[2001:db8::1]:16514/system", "[2001:db8::1]:16514", Way.TLS),
        ("qemu+ssh://h/session", "qemu+ssh://h/session", Way.URI),
        ("qemu+ssh://h/system?no_tty=1", "qemu+ssh://h/system?no_tty=1", Way.URI),
        ("test:///default", "test:///default", Way.URI),
    ],
)
def test_a_uri_is_shown_in_its_shortest_form(uri: str, text: str, way: Way) -> None:
    assert split(uri) == (text, way)


@given(st.text(max_size=40), st.sampled_from(Way))
def test_nothing_that_is_typed_raises_and_what_is_read_reads_back(text: str, way: Way) -> None:
    typed = read(text, way)
    assert bool(typed.uri) is (typed.flaw is None)
    if typed.uri:
        assert read(*split(typed.uri)).uri == typed.uri


def test_uris_are_told_from_addresses() -> None:
    assert looks_like_uri("qemu+ssh://host/system")
    assert not looks_like_uri("root@host:22")
    assert name_of("qemu+ssh://[broken/system") == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qmeu+ssh://a/system", "qemu+ssh://a/system"),
        ("qemu+shh://admin@a/system", "qemu+ssh://admin@a/system"),
        ("kvm+tls://a:16514/system", "qemu+tls://a:16514/system"),
        ("ssh://root@a", "qemu+ssh://root@a/system"),
        ("qemu+ssh:/a/system", "qemu+ssh://a/system"),
        ("qemu+ssh://root:secret@a/system?keyfile=/k", "qemu+ssh://root@a/system?keyfile=/k"),
        ("qemu+tcpp://a", "qemu+tcp://a/system"),
        ("qemu:/system", "qemu:///system"),
        ("qemu://system", "qemu:///system"),
        ("qmu:///session", "qemu:///session"),
        ("tset:///default", "test:///default"),
        ("xen:///", ""),
        ("hello", ""),
        ("qemu+ssh://a:70000/system", ""),
        ("qemu+ssh://a/system", ""),
        ("QEMU+SSH://a/system", ""),
    ],
)
def test_a_typo_gets_a_proposal_that_would_be_read(typed: str, meant: str) -> None:
    assert suggestion(typed) == meant
    assert not meant or read(meant, Way.URI).uri == meant


def test_every_transport_of_libvirt_is_known() -> None:
    for transport in TRANSPORTS:
        assert read(f"qemu+{transport}://a/system", Way.URI).uri


def test_a_host_named_like_the_path_is_no_uri() -> None:
    assert read("qemu://system", Way.URI).flaw is Flaw.NOT_A_URI


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("qemu+ssh://Admin@KVM-n11:2222/system?keyfile=/k", "ssh://Admin@kvm-n11:2222"),
        ("qemu+ssh://kvm-n11/system", "ssh://kvm-n11"),
        ("qemu://kvm-n11/system", "tls://kvm-n11"),
        ("qemu+tcp://[2001:db8::1]:16509/system", "tcp://[2001:db8::1]:16509"),
        ("qemu:///system", "unix://"),
        ("test:///default", "unix://"),
        ("qemu+ssh://a?socket=/x", "ssh://a"),
    ],
)
def test_an_address_is_whom_one_talks_to(uri: str, address: str) -> None:
    assert address_of(uri) == address


@pytest.mark.parametrize(
    "uri",
    [
        "qemu+ssh://root:hunter2@b/system",
        "qmeu+ssh://root:hunter2@b/system",
        "qemu+shh://root:hunter2@b:99999/system",
        "qemu+ssh://:hunter2@b/system",
        "qemu+ssh://root:hunter2@[::1]/system",
        "qemu+libssh2://root@b/system?password=hunter2",
        "qemu+ssh://root@b/system?keyfile=/a&PassWd=hunter2#x",
    ],
)
def test_a_password_is_the_first_thing_that_is_wrong(uri: str) -> None:
    assert read(uri, Way.URI).flaw is Flaw.PASSWORD
    assert "hunter2" not in suggestion(uri)
    assert "hunter2" not in masked(uri)


def test_what_might_be_a_password_is_not_shown() -> None:
    assert masked("qemu+ssh://root:hun/ter2@b/system") == "qemu+ssh://root:…@b/system"
    for uri in ("qemu+ssh://root@b:22/system", "qemu:///system", "qemu+tls://[::1]:16514/system?x=a@b", "nonsense"):
        assert masked(uri) == uri

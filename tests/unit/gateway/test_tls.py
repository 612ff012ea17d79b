from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec
from console.gateway.tls import doubt
from console.gateway.uri import take_apart


def certificate(folder: Path, names: str) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    folder.mkdir()
    pem, key = folder / "cacert.pem", folder / "key.pem"
    wanted = ["-subj", "/CN=lab", "-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(pem)]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *wanted],
        check=True,
        capture_output=True,
    )
    return pem, key


@contextlib.contextmanager
def serving(pem: Path, key: Path) -> Iterator[int]:
    """A TLS server that takes one connection; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError), context.wrap_socket(listener.accept()[0], server_side=True) as taken:
                taken.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
    thread.join(5)


def asked(port: int, pkipath: Path) -> Reason:
    uri = f"qemu+tls://127.0.0.1:{port}/system"
    return doubt(take_apart(uri), HostSpec("a", "a", uri, pkipath=str(pkipath)))


@pytest.mark.parametrize(
    ("names", "reason"),
    [("DNS:other.example", Reason.TLS_NAME), ("IP:127.0.0.1", Reason.TLS_UNTRUSTED)],
    ids=["another name", "the right name: then something else is wrong with it"],
)
def test_tells_another_name_from_all_else(tmp_path: Path, names: str, reason: Reason) -> None:
    with serving(*certificate(tmp_path / "a", names)) as port:
        assert asked(port, tmp_path / "a") is reason


def test_a_stranger_with_another_name_is_a_stranger(tmp_path: Path) -> None:
    certificate(tmp_path / "ours", "DNS:ours.example")
    with serving(*certificate(tmp_path / "theirs", "DNS:other.example")) as port:
        assert asked(port, tmp_path / "ours") is Reason.TLS_UNTRUSTED


def test_says_untrusted_where_it_cannot_be_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    certificate(tmp_path / "ours", "DNS:ours.example")
    assert asked(port, tmp_path / "ours") is Reason.TLS_UNTRUSTED
    assert asked(port, tmp_path / "nothing") is Reason.TLS_UNTRUSTED

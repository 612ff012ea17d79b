"""A libvirtd of a test's own: sockets in a temporary folder, its files in a mount namespace, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_OWN = "/etc/libvirt /var/lib/libvirt /var/cache/libvirt /run/libvirt /var/log/libvirt"
_START = (
    "mount --make-rprivate / && "
    f"for folder in {_OWN}; do mkdir -p $folder && mount -t tmpfs none $folder || exit 1; done; "
    '[ -z "$SASL" ] || mount --bind "$SASL" /etc/sasl2; exec libvirtd "$@"'
)


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Daemon:
    """One libvirtd. `more` are lines for its configuration; `sasl` a folder in place of /etc/sasl2.

    Attributes:
        socket: its unix socket.  tcp: its plain TCP port.  tls: its TLS port.
    """

    def __init__(self, folder: Path, more: str = "", sasl: Path | None = None) -> None:
        self.folder = folder
        self.socket = folder / "libvirt-sock"
        self.tcp, self.tls = free_port(), free_port()
        self._more = more
        self._sasl = sasl
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        (self.folder / "libvirtd.conf").write_text(
            f'unix_sock_dir = "{self.folder}"\nauth_unix_rw = "none"\nauth_unix_ro = "none"\n'
            'listen_addr = "127.0.0.1"\nlisten_tcp = 1\n'
            f'tcp_port = "{self.tcp}"\ntls_port = "{self.tls}"\n'
            f'log_outputs = "3:file:{self.folder}/log"\n'
            + ("" if "listen_tls" in self._more else "listen_tls = 0\n")
            + ("" if "auth_tcp" in self._more else 'auth_tcp = "none"\n')
            + self._more
        )
        self.socket.unlink(missing_ok=True)
        words = ["--listen", "-f", str(self.folder / "libvirtd.conf"), "--pid-file", str(self.folder / "pid")]
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "-m", "sh", "-c", _START, "libvirtd", *words],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "SASL": str(self._sasl or "")},
                start_new_session=True,
            )
        end = time.monotonic() + 10
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "out").read_text() + (self.folder / "log").read_text())
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as asking, socket.socket() as tcp:
                asking.connect(str(self.socket))
                tcp.connect(("127.0.0.1", self.tcp))
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Ends it without a farewell."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It is there, holds its connections and says nothing more."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)

    def uri(self, node: str | Path = "default", transport: str = "unix") -> str:
        """The URI of a test-driver node (a file, or the built-in one) served by this daemon."""
        path = f"///{str(node).lstrip('/')}"
        if transport == "unix":
            return f"test+unix:{path}?socket={self.socket}"
        port = self.tls if transport == "tls" else self.tcp
        return f"test+{transport}://127.0.0.1:{port}{path[2:]}"


@contextlib.contextmanager
def daemon(folder: Path, more: str = "", sasl: Path | None = None) -> Iterator[Daemon]:
    """A running libvirtd, killed at the end."""
    mine = Daemon(folder, more, sasl)
    mine.start()
    try:
        yield mine
    finally:
        mine.kill()

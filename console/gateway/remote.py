"""Programs that run on a host beside libvirt: over ssh where it is reached by ssh, here where it is this computer."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator, Sequence

import msgspec

from console.fleet.errors import Failed, Problem, Reason, Unsupported
from console.fleet.hosts import HostSpec
from console.gateway import prompts
from console.gateway.asking import Asking
from console.gateway.errors import fleet_error, one_line
from console.gateway.local import is_local
from console.gateway.uri import asks_by_helper, take_apart

LOOK = 0.2  # seconds
UNREACHED = 255  # what ssh itself ends with
Ended = Callable[[], bool]


class Ran(msgspec.Struct, frozen=True):
    """How a program ended, and what it said, out and err together."""

    code: int
    text: str


def can(spec: HostSpec) -> bool:
    """Programs can be run there."""
    return is_local(spec.uri) or take_apart(spec.uri).transport == "ssh"


def run(
    spec: HostSpec, ask: Callable[..., str | None], words: Sequence[str], *, limit: float, ended: Ended = lambda: False
) -> Ran:
    """Runs a program on the host and waits for its end, at most `limit` seconds. Blocks.

    ended: is asked all the time; True kills it (over ssh the connection goes, and with it the program's terminal). Errors:
    Unsupported where nothing can be run there, Unreachable, Failed (TIMEOUT).
    """
    with _line(spec, ask, words) as line:
        try:
            process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C"},
            )
        except FileNotFoundError:
            raise fleet_error(Problem(Reason.NO_TOOL, detail=line[0]), spec.name) from None
        spent = 0.0
        while True:
            try:
                said, _ = process.communicate(timeout=LOOK)
                break
            except subprocess.TimeoutExpired:
                spent += LOOK
                if ended() or spent >= limit:
                    _kill(process)
                    raise Failed(Problem(Reason.TIMEOUT, detail=words[0]), spec.name) from None
    text = said.decode("utf-8", "replace").replace("\r\n", "\n").strip()
    if process.returncode == UNREACHED and not is_local(spec.uri):
        raise fleet_error(Problem(Reason.LOST, one_line(text)), spec.name)
    return Ran(process.returncode, text)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 15)
    try:
        process.communicate(timeout=2)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.communicate()


@contextlib.contextmanager
def _line(spec: HostSpec, ask: Callable[..., str | None], words: Sequence[str]) -> Iterator[list[str]]:
    """What is really run. A terminal is asked for, so that what runs there ends with the connection."""
    if is_local(spec.uri):
        yield list(words)
        return
    target = take_apart(spec.uri)
    if target.transport != "ssh":
        raise Unsupported(Reason.OTHER, spec.name, detail=target.transport)
    options = ["-tt", "-o", "LogLevel=ERROR"]
    if target.port:
        options += ["-p", str(target.port)]
    if target.user:
        options += ["-l", target.user]
    if spec.keyfile:
        options += ["-i", spec.keyfile]
    there = ["--", target.host, shlex.join(words)]
    if asks_by_helper(target):
        with prompts.program(Asking(spec, ask).for_ssh) as command:
            if command:
                yield [command, *options, *there]
                return
    yield ["ssh", "-o", "BatchMode=yes", *options, *there]

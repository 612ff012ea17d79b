"""The test driver has no streams; whole transfers are in tests/lab/test_storage.py. Here: holes, local errors, refusals."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from console.fleet.errors import FleetError, Reason, Unsupported
from console.fleet.hosts import HostSpec, Phase
from console.fleet.storage import VolumeKey
from console.gateway import streams
from tests.contract.console_like import RUNNING, console, node

KIB = 64 << 10


def test_holes_of_a_file_are_found(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.seek(KIB)
        file.write(b"x" * KIB)
        file.truncate(4 * KIB)
    handle = os.open(path, os.O_RDONLY)
    try:
        assert streams._next_part(handle, 0, 4 * KIB, True) == (0, KIB)
        assert streams._next_part(handle, KIB, 4 * KIB, True) == (KIB, 0)
        assert streams._next_part(handle, 2 * KIB, 4 * KIB, True) == (0, 2 * KIB)
        assert streams._next_part(handle, 0, 4 * KIB, False) == (4 * KIB, 0)
    finally:
        os.close(handle)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, Reason.NO_SPACE),
        (errno.EDQUOT, Reason.NO_SPACE),
        (errno.EACCES, Reason.PERMISSION),
        (errno.ENOENT, Reason.GONE),
        (errno.EEXIST, Reason.EXISTS),
        (errno.EIO, Reason.OTHER),
    ],
)
def test_what_is_wrong_with_a_file_of_ours(number: int, reason: Reason) -> None:
    error = streams.local(OSError(number, "words"), "/a")
    assert (error.problem.reason, error.what, error.problem.text) == (reason, "/a", os.strerror(number))


def test_a_driver_without_streams_says_so(tmp_path: Path) -> None:
    key = VolumeKey("h", "images", "base.img")
    file = tmp_path / "file"
    file.write_bytes(b"x")
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}")) as mine:
        assert mine.settled() is Phase.LIVE
        with mine.gateway.aside("h") as other, file.open("r+b") as handle:
            with pytest.raises(Unsupported):
                streams.upload(other.link, key, handle.fileno(), 1, sparse=False, progress=lambda at: None)
            with pytest.raises(Unsupported):
                streams.download(other.link, key, handle.fileno(), 1, sparse=True, progress=lambda at: None)
            with pytest.raises(FleetError):
                streams.upload(other.link, key._replace(name="no"), 0, 1, sparse=False, progress=lambda at: None)

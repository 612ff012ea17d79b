"""Files written whole or not at all, and by one console at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


def write_text(path: Path, text: str, mode: int = 0o644) -> os.stat_result:
    """The same of text, as UTF-8."""
    return write_bytes(path, text.encode("utf-8"), mode)


def write_bytes(path: Path, data: bytes, mode: int = 0o644) -> os.stat_result:
    """Replaces what is in `path` by `data` in one step: after a crash it holds the old or the new.

    A symbolic link stays one, an existing file keeps its mode and, where we may, its owner; a new one gets `mode`. The
    folder is made where missing. Returns the new file's stat. Errors: OSError; then `path` is as it was.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            try:
                old = path.stat()
            except FileNotFoundError:
                os.fchmod(out.fileno(), mode)
            else:
                os.fchmod(out.fileno(), old.st_mode & 0o7777)
                with contextlib.suppress(OSError):  # only root may give files away
                    os.fchown(out.fileno(), old.st_uid, old.st_gid)
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
            stat = os.fstat(out.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)
    return stat


@contextlib.contextmanager
def alone(path: Path, limit: float) -> Iterator[None]:
    """No other console that asks for it is at the files of this folder meanwhile: a lock on the folder itself, which leaves
    nothing behind. The folder is made where missing. Errors: OSError; TimeoutError after `limit` seconds."""
    folder = path.resolve().parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        end = time.monotonic() + limit
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise TimeoutError(f"another console is at {folder}") from None
                time.sleep(0.01)
            except OSError:  # a file system without locks
                break
        yield
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """The new name reaches the disk too; some file systems cannot, and the text is whole in any case."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

"""Entering the namespaces of another process: for a command (`entering`) or for the calling thread (`inside`)."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

CLONE_FS = 0x00000200
KINDS = {"mnt": 0x00020000, "uts": 0x04000000, "net": 0x40000000, "pid": 0x20000000}

_libc = ctypes.CDLL(None, use_errno=True)


def entering(pid: int, kinds: tuple[str, ...] = ("mnt", "uts", "net", "pid")) -> list[str]:
    """The words to put before a command that shall run in these namespaces of process PID."""
    words = {"mnt": "--mount", "uts": "--uts", "net": "--net", "pid": "--pid"}
    return ["nsenter", "--target", str(pid), *(words[kind] for kind in kinds), "--"]


@contextlib.contextmanager
def inside(pid: int, kinds: tuple[str, ...]) -> Iterator[None]:
    """The calling thread, and every thread and process it starts, lives in process PID's namespaces until the end.

    Threads that run already stay where they are. The working directory is kept, as a path.
    """
    here = Path.cwd()
    own = _opened("/proc/thread-self/ns", kinds)
    try:
        there = _opened(f"/proc/{pid}/ns", kinds)
        try:
            _join(there, here)
        finally:
            _close(there)
        try:
            yield
        finally:
            _join(own, here)
    finally:
        _close(own)


def _opened(folder: str, kinds: tuple[str, ...]) -> dict[str, int]:
    opened: dict[str, int] = {}
    try:
        for kind in kinds:
            opened[kind] = os.open(f"{folder}/{kind}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        _close(opened)
        raise
    return opened


def _close(opened: dict[str, int]) -> None:
    for descriptor in opened.values():
        os.close(descriptor)


def _join(opened: dict[str, int], folder: Path) -> None:
    if "mnt" in opened:  # a thread that shares its root and working directory with others may not change its mounts
        _check(_libc.unshare(CLONE_FS))
    for kind, descriptor in opened.items():
        _check(_libc.setns(descriptor, KINDS[kind]))
    if "mnt" in opened:
        os.chdir(folder)


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))

from __future__ import annotations

import os
import socket

from console.gateway.wires import IDLE, Wire


def wire_of(end: socket.socket) -> Wire:
    return Wire(lambda: os.dup(end.fileno()))


def test_cutting_ends_what_the_other_side_waits_for_too() -> None:
    here, there = socket.socketpair()
    with here, there:
        wire_of(here).cut()
        assert there.recv(1) == b""
        assert here.recv(1) == b""
        wire_of(here).cut()  # a second time changes nothing


def test_a_tcp_connection_is_watched_by_the_kernel() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as mine:
        wire_of(mine).watch()
        assert mine.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert mine.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == IDLE


def test_other_sockets_are_left_as_they_are() -> None:
    here, there = socket.socketpair()
    with here, there:
        wire_of(here).watch()
        assert here.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0


def test_what_is_gone_or_no_socket_is_left_alone() -> None:
    Wire(lambda: None).cut()
    reading, writing = os.pipe()
    Wire(lambda: os.dup(reading)).cut()
    Wire(lambda: os.dup(reading)).watch()
    os.close(reading)
    os.close(writing)


def test_without_a_file_descriptor_left_nothing_is_cut_and_nothing_breaks() -> None:
    def full() -> int:
        raise OSError(24, "Too many open files")

    wire = Wire(full)
    wire.cut()
    wire.watch()

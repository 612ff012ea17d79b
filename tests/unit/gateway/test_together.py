from __future__ import annotations

import threading

import libvirt
import pytest

from console.fleet.errors import NotFound, Reason, Unreachable
from console.gateway import together


def test_answers_in_order_two_at_a_time() -> None:
    meet = threading.Barrier(2, timeout=5)

    def question(number: int) -> int:
        meet.wait()  # alone it would wait for ever
        return number

    assert together.asked([lambda n=n: question(n) for n in range(20)]) == list(range(20))  # type: ignore[misc]
    assert together.asked([]) == []


def test_a_few_are_asked_one_after_the_other() -> None:
    asking = {together.asked([threading.get_ident])[0] for _ in range(together.FEW)}
    assert asking == {threading.get_ident()}
    assert set(together.asked([threading.get_ident] * together.FEW)) == {threading.get_ident()}


@pytest.mark.parametrize("many", [3, 40])
def test_what_went_is_none_and_what_fails_is_raised(many: int) -> None:
    def gone() -> int:
        raise NotFound(Reason.GONE, "x")

    def lost() -> int:
        error = libvirt.libvirtError("no")
        error.err = (38, libvirt.VIR_FROM_RPC, "client socket is closed", 2, None, None, None, -1, -1)
        raise error

    assert together.asked([lambda: 1, gone] * many) == [1, None] * many
    with pytest.raises(Unreachable):
        together.asked([lambda: 1] * many + [lost] + [lambda: 1] * many)
    assert not any(thread.name == "asking" for thread in threading.enumerate())

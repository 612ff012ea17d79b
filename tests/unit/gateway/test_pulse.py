from __future__ import annotations

from console.gateway.pulse import LATE, LOOK, LOST, QUIET, Pulse, Verdict


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_any_answer_is_a_sign_of_life() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    for _ in range(20):
        clock.now += QUIET - 0.1
        assert pulse.look(free=True) is Verdict.FINE
        assert not pulse.heard()


def test_a_quiet_host_is_asked_and_then_late_and_then_lost() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    clock.now += QUIET + 0.1
    assert pulse.look(free=True) is Verdict.ASK
    with pulse.asking():
        assert pulse.look(free=True) is Verdict.FINE
        clock.now += LATE + 0.1
        assert pulse.look(free=True) is Verdict.LATE
        assert pulse.wait() == LOOK
        clock.now += LOST - LATE
        assert pulse.look(free=True) is Verdict.LOST
    assert QUIET + LOST + 2 * LOOK < 10  # from the last answer to the end


def test_an_answer_after_being_late_is_told_once() -> None:
    pulse = Pulse(Clock())
    pulse.late = True
    assert pulse.heard()
    assert not pulse.heard()


def test_where_all_lanes_are_busy_it_can_only_be_late() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    clock.now += QUIET + 0.1
    assert pulse.look(free=False) is Verdict.FINE
    clock.now += 1000
    assert pulse.look(free=False) is Verdict.LATE


def test_it_looks_again_when_there_can_be_something_to_see() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    assert pulse.wait() == QUIET
    clock.now += 1.0
    assert round(pulse.wait(), 3) == round(QUIET - 1.0, 3)
    clock.now += 100.0
    assert pulse.wait() == LOOK

from __future__ import annotations

from console.words import screens


def test_it_names_the_display_that_does_not_answer_and_a_way_out() -> None:
    assert "DISPLAY=:7" in screens.none({"DISPLAY": ":7"})
    assert "neither DISPLAY nor WAYLAND_DISPLAY" in screens.none({})
    assert "splendid --help" in screens.none({})

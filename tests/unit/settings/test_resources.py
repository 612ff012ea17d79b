from __future__ import annotations

from console.settings.resources import folder


def test_resources_are_found_in_the_checkout() -> None:
    assert folder("resources").is_dir()
    assert folder("resources").name == "resources"

"""Each is loaded by its name when first wanted."""

import subprocess
import sys

import pytest
from PySide6.QtWidgets import QWidget

from console.ui import pages


@pytest.mark.parametrize("name", pages._ROOMS)
def test_every_name_leads_to_its_class(name: str) -> None:
    found = getattr(pages, name)
    assert issubclass(found, QWidget)
    assert (found.__name__, found.__module__) == (name, f"console.ui.pages.{pages._ROOMS[name]}")


def test_others_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = pages.Nothing


def test_the_window_loads_none_of_them() -> None:
    rooms = [f"console.ui.pages.{room}" for room in set(pages._ROOMS.values())]
    look = f"import sys, console.desktop; print([room for room in {rooms} if room in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

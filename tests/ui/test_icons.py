import gc
import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostStatus, Phase
from console.settings.resources import folder
from console.ui import icons
from console.ui.icons import Age
from console.ui.theme import theme

FOLDER = folder("resources") / "icons"
NAMES = sorted(path.stem for path in FOLDER.glob("*.svg"))


def inked(pixmap: QPixmap) -> set[str]:
    """Colours of the opaque pixels."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


@pytest.mark.parametrize("name", NAMES)
def test_icon_draws_in_the_color_of_its_role(name: str) -> None:
    assert inked(icons.pixmap(name, "error", 64)) == {theme.hex("error")}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.svg")), ids=lambda path: path.stem)
def test_drawing_is_on_the_grid(path: Path) -> None:
    text = path.read_text()
    assert 'viewBox="0 0 16 16"' in text
    assert set(re.findall(r'stroke-width="([\d.]+)"', text)) <= ({"1.35"} if path.parent == FOLDER else {"1.6", "2.2"})


def test_unknown_icon_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")


def test_pixmap_is_sharp_at_two_to_one() -> None:
    pixmap = icons.pixmap("bell", size=16, ratio=2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (32, 2.0)


def test_icon_outlives_its_copies_and_follows_the_theme(qapp: QApplication) -> None:
    first = icons.icon("bell", "text")
    copy = QIcon(first)
    del first
    gc.collect()
    light = inked(copy.pixmap(QSize(48, 48), 1.0))
    theme.apply(qapp, "dark")
    dark = inked(copy.pixmap(QSize(48, 48), 1.0))
    assert light == {"#1a1d21"}
    assert dark == {"#e3e6ea"}


def test_disabled_icon_is_grey() -> None:
    pixmap = icons.icon("bell", "error").pixmap(QSize(48, 48), 1.0, QIcon.Mode.Disabled)
    assert inked(pixmap) == {theme.hex("last-known")}


@pytest.mark.parametrize("shape", sorted(icons.SHAPES))
def test_every_shape_draws_ink(shape: str) -> None:
    assert theme.hex("error") in inked(icons.glyph(shape, "error", 32))


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("age", list(Age))
def test_every_state_has_a_glyph(state: State, age: Age) -> None:
    shape, role = icons.state_glyph(state, age)
    assert inked(icons.glyph(shape, role, 32))
    if age is not Age.LIVE:
        assert role == "last-known"


def test_states_differ_by_shape_alone() -> None:
    live = {icons.state_glyph(state)[0] for state in State if state is not State.SUSPENDED}
    assert len(live) == len(State) - 1


def test_vm_that_was_running_is_dashed() -> None:
    assert icons.state_glyph(State.RUNNING, Age.LOST)[0] == "play-dashed"
    assert icons.state_glyph(State.OFF, Age.LOST)[0] == "square"


@pytest.mark.parametrize(
    ("phase", "age"),
    [
        (Phase.LIVE, Age.LIVE),
        (Phase.STALE, Age.STALE),
        (Phase.UNREACHABLE, Age.LOST),
        (Phase.CONNECTING, Age.LOST),
        (Phase.OFF, Age.LOST),
        (Phase.REFUSED, Age.LOST),
    ],
)
def test_age_of_a_host(phase: Phase, age: Age) -> None:
    assert icons.age_of(HostStatus(phase)) is age


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_but_live_has_a_glyph(phase: Phase) -> None:
    found = icons.phase_glyph(phase)
    assert (found is None) == (phase is Phase.LIVE)
    if found:
        assert inked(icons.glyph(*found, 32))


def test_unknown_shape_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such glyph"):
        icons.glyph("star", "text")


def test_state_is_painted_in_the_middle() -> None:
    ground = QPixmap(40, 20)
    ground.fill(theme.color("base"))
    painter = QPainter(ground)
    icons.paint_state(painter, QRect(0, 0, 40, 20), State.RUNNING)
    painter.end()
    image = ground.toImage()
    assert image.pixelColor(20, 10).name() == theme.hex("good")
    assert image.pixelColor(2, 10).name() == theme.hex("base")


def test_templates_and_throw_away_vms_are_marked() -> None:
    plain = Domain(VmKey("h", "u"), "a", State.OFF)
    template = replace(plain, provenance=Provenance(template=True))
    assert icons.vm_glyph(plain) == icons.state_glyph(State.OFF)
    assert icons.vm_glyph(template) == ("stack", "text2")
    assert icons.vm_glyph(template, Age.LOST) == ("stack", "last-known")
    assert icons.vm_glyph(replace(template, state=State.RUNNING)) == ("play", "good")
    assert icons.goes_glyph(plain) is icons.goes_glyph(template) is None
    assert icons.goes_glyph(replace(plain, provenance=Provenance("b", throw_away=True))) == ("hourglass", "text3")

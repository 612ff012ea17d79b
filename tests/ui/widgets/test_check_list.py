import pytest
from pytestqt.qtbot import QtBot

from console.fleet.errors import Problem, Reason
from console.gateway.probe import CheckLine, Step
from console.ui.widgets.buttons import Button
from console.ui.widgets.check_list import CheckList

UNKNOWN = CheckLine(
    Step.HOST_KEY,
    False,
    {"host": "a", "state": "unknown", "kind": "ssh-ed25519", "fingerprint": "SHA256:abc", "line": "a ssh-ed25519 AAAA"},
    Problem(Reason.HOST_KEY_UNKNOWN, detail="SHA256:abc"),
)
CHANGED = CheckLine(
    Step.HOST_KEY,
    False,
    {"host": "a", "state": "changed", "kind": "ssh-ed25519", "fingerprint": "SHA256:xyz", "line": "a ssh-ed25519 BBBB"},
    Problem(Reason.HOST_KEY_CHANGED, detail="SHA256:xyz"),
)


@pytest.fixture
def checks(qtbot: QtBot) -> CheckList:
    made = CheckList()
    qtbot.addWidget(made)
    made.show()
    return made


def test_lines_stand_in_the_order_they_come(checks: CheckList) -> None:
    checks.add(CheckLine(Step.NAME, True, {"host": "a", "address": "10.20.0.11"}))
    checks.add(CheckLine(Step.PORT, True, {"address": "a", "port": 22, "seconds": 0.002}))
    assert [text.replace("\u00a0", " ") for text in checks.texts] == [
        "Name found 10.20.0.11",
        "Port 22 answers in 2 ms",
    ]
    checks.clear()
    assert checks.texts == ()


def test_an_unknown_key_is_shown_with_its_fingerprint_and_can_be_trusted(checks: CheckList, qtbot: QtBot) -> None:
    checks.add(UNKNOWN)
    assert "SHA256:abc" in checks.texts[0]
    button = checks.findChild(Button)
    with qtbot.waitSignal(checks.trust_wanted) as wanted:
        button.click()
    assert wanted.args == ["a ssh-ed25519 AAAA"]


def test_a_changed_key_is_refused_and_explained_and_cannot_be_trusted_by_a_click(checks: CheckList) -> None:
    checks.add(CHANGED)
    assert "another host key than before" in checks.texts[0]
    assert "ssh-keygen -R" in checks.texts[0]
    assert checks.findChild(Button) is None


def test_a_broken_check_is_told_below(checks: CheckList) -> None:
    checks.add_problem(Problem(Reason.OTHER, "it broke"), "kvm-n11")
    assert "it broke" in checks._hint.text().lower()
    checks.say("")
    assert not checks._hint.isVisible()

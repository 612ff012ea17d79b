from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from console.ui.dialogs.about import AboutDialog, KeysDialog, version, versions


def test_versions_are_the_installed_ones() -> None:
    found = dict(versions())
    assert found["PySide"].startswith("6.")
    assert version("no-such-package-at-all") == "–"


def test_about_can_be_copied_into_a_report(window: QWidget) -> None:
    dialog = AboutDialog(window)
    [button] = [b for b in dialog.findChildren(QPushButton) if b.text() == "Copy"]
    button.click()
    assert f"Qt {dict(versions())['Qt']}" in QGuiApplication.clipboard().text()


def test_every_key_is_listed_with_what_it_does(window: QWidget) -> None:
    parts = [("Anywhere", [("Ctrl+K", "Find anything")]), ("Tasks", [("Del", "Cancel"), ("Return", "Log")])]
    dialog = KeysDialog(parts, window)
    said = [label.text() for label in dialog.findChildren(QLabel)]
    for title, entries in parts:
        assert {title, *(text for _key, text in entries)} <= set(said)

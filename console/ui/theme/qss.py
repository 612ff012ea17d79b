"""The style sheet, written from the tokens."""

from __future__ import annotations

from string import Template
from typing import Protocol

from PySide6.QtGui import QColor

from console.ui.theme.tokens import COLORS, FONTS, HEIGHTS, RADII


class Look(Protocol):
    """What the sheet is written from: `Theme`."""

    @property
    def dark(self) -> bool: ...
    def hex(self, role: str) -> str: ...
    def px(self, pixels: float) -> int: ...
    def hover(self, under: str = "window") -> QColor: ...


_SHEET = Template("""
QMainWindow, QDialog, QMessageBox { background: $window; }
QWidget[ground="base"] { background: $base; }
QWidget[ground="window"] { background: $window; }
QWidget[ground="sunken"] { background: $sunken; }
QFrame[line="top"] { border: none; border-top: 1px solid $border; }
QFrame[line="bottom"] { border: none; border-bottom: 1px solid $border; }
QFrame[line="right"] { border: none; border-right: 1px solid $border; }
QFrame[line="left"] { border: none; border-left: 1px solid $border; }
QFrame[card="true"] { background: $base; border: 1px solid $border; border-radius: $r_card; }
QFrame[card="true"][quiet="true"] { background: $sunken; }
QFrame[rule="true"] { background: $line; border: none; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: $f_title; font-weight: 600; }
QLabel[role="section"] { font-size: $f_section; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="name"] { font-weight: 500; }
QLabel[role="secondary"] { font-size: $f_secondary; color: $text2; }
QLabel[role="hint"] { font-size: $f_secondary; color: $text3; }
QLabel[role="axis"] { font-size: $f_axis; color: $text3; }
QLabel[tone="text2"] { color: $text2; }
QLabel[tone="text3"] { color: $text3; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="error"] { color: $error; }

QPushButton { min-height: $button; max-height: $button; padding: 0 ${p10}; border: 1px solid $border;
  border-radius: $r_control; background: $base; color: $text; font-weight: 500; outline: none; }
QPushButton:hover { background: $base_hover; }
QPushButton:pressed, QPushButton:checked { background: $selection; }
QPushButton:disabled { color: $control; background: $window; }
QPushButton:focus { border: 2px solid $accent; padding: 0 ${p9}; min-height: $button_focus; max-height: $button_focus; }
QPushButton[small="true"] { min-height: $small; max-height: $small; padding: 0 ${p8}; font-size: $f_secondary; }
QPushButton[small="true"]:focus { padding: 0 ${p7}; min-height: $small_focus; max-height: $small_focus; }
QPushButton[bare="true"] { padding: 0; }
QPushButton[kind="primary"] { background: $primary; border-color: $primary; color: $on_button; }
QPushButton[kind="primary"]:hover { background: $primary_hover; }
QPushButton[kind="danger"] { background: $danger; border-color: $danger; color: $on_button; }
QPushButton[kind="danger"]:hover { background: $danger_hover; }
QPushButton[kind="primary"]:focus, QPushButton[kind="danger"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled, QPushButton[kind="danger"]:disabled { background: $neutral_tint;
  border-color: $border; color: $control; }
QPushButton[kind="flat"] { border-color: transparent; background: transparent; font-weight: 400; }
QPushButton[kind="flat"]:hover { background: $window_hover; }
QPushButton[kind="flat"]:pressed, QPushButton[kind="flat"]:checked { background: $selection; }
QPushButton[kind="flat"]:disabled { color: $text3; background: transparent; }
QPushButton[kind="flat"]:focus { border-color: $accent; }
QPushButton[kind="link"] { border-color: transparent; background: transparent; color: $accent; font-weight: 400;
  padding: 0 ${p4}; text-align: left; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 2px solid $accent; padding: 0 ${p3}; }
QPushButton[kind="link"]:disabled { color: $text3; }
QPushButton::menu-indicator { width: 0; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: $base; color: $text;
  border: 1px solid $control; border-radius: $r_control; selection-background-color: $selection_line;
  selection-color: $text; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: $button; max-height: $button; padding: 0 ${p7}; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus {
  border: 2px solid $accent; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { padding: 0 ${p6};
  min-height: $button_focus; max-height: $button_focus; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { background: $window; border-color: $border; }
QLineEdit[wrong="true"] { border-color: $error; }
QLineEdit[look="bare"], QLineEdit[look="bare"]:focus { border: none; background: transparent; padding: 0; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit, QComboBox QLineEdit { border: none; padding: 0; min-height: 0; }
QComboBox { border-color: $border; }
QComboBox:hover { border-color: $control; }
QComboBox:focus, QComboBox:on { border: 2px solid $accent; padding: 0 ${p6};
  min-height: $button_focus; max-height: $button_focus; }
QComboBox::drop-down { border: none; width: ${p24}; subcontrol-origin: padding; subcontrol-position: center right; }
QComboBox::down-arrow { image: url(icons:fixed/down-$shade.svg); width: ${p12}; height: ${p12}; }
QComboBox QAbstractItemView { border: 1px solid $border; background: $base; outline: none; padding: ${p4};
  selection-background-color: $selection; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: ${p24}; padding: 0 ${p6}; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  border: none; width: ${p20}; background: transparent; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(icons:fixed/up-$shade.svg); width: ${p10}; height: ${p10}; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(icons:fixed/down-$shade.svg); width: ${p10};
  height: ${p10}; }

QCheckBox, QRadioButton { spacing: ${p8}; background: transparent; min-height: ${p20}; outline: none; }
QCheckBox::indicator, QRadioButton::indicator { width: ${p14}; height: ${p14}; border: 1px solid $control;
  background: $base; }
QCheckBox::indicator { border-radius: $r_chip; }
QRadioButton::indicator { border-radius: ${p8}; }
QCheckBox::indicator:checked, QCheckBox::indicator:indeterminate { background: $primary; border-color: $primary; }
QCheckBox::indicator:checked { image: url(icons:fixed/check.svg); }
QCheckBox::indicator:indeterminate { image: url(icons:fixed/dash.svg); }
QRadioButton::indicator:checked { background: $primary; border-color: $primary; image: url(icons:fixed/dot.svg); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; width: ${p12}; height: ${p12}; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $neutral_tint; border-color: $border; }
QCheckBox::indicator:checked:disabled { background: $control; border-color: $control; }
QCheckBox:disabled, QRadioButton:disabled { color: $control; }

QMenu { background: $base; border: 1px solid $border; padding: ${p4}; }
QMenu::item { padding: 0 ${p20} 0 ${p8}; min-height: ${p26}; border-radius: $r_control; color: $text; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $control; }
QMenu::item:disabled:selected { background: $base_hover; }
QMenu::separator { height: 1px; background: $line; margin: ${p4} ${p8}; }
QMenu::icon { padding-left: ${p8}; }
QMenu::right-arrow { image: url(icons:fixed/right-$shade.svg); width: ${p12}; height: ${p12}; padding-right: ${p6}; }
QMenu::indicator { width: ${p14}; height: ${p14}; left: ${p6}; }
QMenu::indicator:checked { image: url(icons:fixed/tick-$shade.svg); }

QToolTip { background: $tip; color: $tip_text; border: none; padding: ${p4} ${p6}; font-size: $f_secondary; }

QAbstractScrollArea { border: none; background: $base; }
QPlainTextEdit[field="true"] { border: 1px solid $control; border-radius: $r_control; }
QPlainTextEdit[field="true"]:focus { border: 2px solid $accent; }
QTableView, QTreeView, QListView { border: none; background: $base; outline: none; gridline-color: $line;
  selection-background-color: $selection; selection-color: $text; alternate-background-color: $base; }
QTreeView[ground="window"], QListView[ground="window"] { background: $window; }
QHeaderView { background: $sunken; border: none; }
QHeaderView::section { background: $sunken; border: none; border-bottom: 1px solid $border; padding: 0 ${p8};
  color: $text2; font-size: $f_secondary; font-weight: 500; min-height: ${p27}; }
QTableCornerButton::section { background: $sunken; border: none; }

QScrollBar:vertical { background: transparent; width: ${p8}; margin: 1px; border: none; }
QScrollBar:horizontal { background: transparent; height: ${p8}; margin: 1px; border: none; }
QScrollBar::handle { background: $border; border-radius: ${p3}; }
QScrollBar::handle:hover { background: $control; }
QScrollBar::handle:vertical { min-height: ${p28}; }
QScrollBar::handle:horizontal { min-width: ${p28}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QProgressBar { border: none; background: $track; border-radius: ${p3}; min-height: ${p6}; max-height: ${p6};
  text-align: center; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: ${p3}; }
QGroupBox { border: none; margin-top: ${p20}; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }
""")


def _mix_hex(color: QColor, darker: bool) -> str:
    return (color.darker(112) if darker else color.lighter(112)).name()


def sheet(look: Look) -> str:
    """The whole style sheet for the present colours and scale."""

    def px(pixels: float) -> str:
        return f"{look.px(pixels)}px"

    values = {role.replace("-", "_"): look.hex(role) for role in COLORS}
    values |= {f"f_{role}": px(size) for role, (size, _) in FONTS.items()}
    values |= {f"r_{name}": px(radius) for name, radius in RADII.items()}
    values |= {f"p{n}": px(n) for n in (3, 4, 6, 7, 8, 9, 10, 12, 14, 20, 24, 26, 27, 28)}
    for name, kind in (("button", "control"), ("small", "control-small")):
        height = look.px(HEIGHTS[kind])
        values[name] = f"{height - 2}px"
        values[f"{name}_focus"] = f"{height - 4}px"
    return _SHEET.substitute(
        values,
        shade="dark" if look.dark else "light",
        base_hover=look.hover("base").name(),
        window_hover=look.hover("window").name(),
        primary_hover=_mix_hex(QColor(look.hex("primary")), not look.dark),
        danger_hover=_mix_hex(QColor(look.hex("danger")), not look.dark),
        tip="#2A2E35" if look.dark else "#1A1D21",
        tip_text="#F2F3F5",
    )

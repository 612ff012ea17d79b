"""Words about VMs: their name, title and description, and their tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QCompleter, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.domains import Domain, VmKey
from console.fleet.errors import UsageError
from console.services.commands import vm_line
from console.services.describe import checked_name, checked_tag
from console.ui.dialogs.base import Dialog, scrolled
from console.ui.theme import theme
from console.ui.widgets.host_form import field
from console.ui.widgets.labels import label
from console.words import _, ngettext

if TYPE_CHECKING:
    from console.ui.context import Context


def _titled(what: str, domains: Sequence[Domain]) -> str:
    on = (
        domains[0].name
        if len(domains) == 1
        else ngettext("{count} VM", "{count} VMs", len(domains)).format(count=len(domains))
    )
    return what.format(target=on)


def _known(ctx: Context, keys: Iterable[VmKey]) -> list[Domain]:
    return [domain for key in keys if (domain := ctx.inventory.domain(key))]


class RenameDialog(Dialog):
    """Another name for one VM."""

    def __init__(self, ctx: Context, key: VmKey, parent: QWidget | None = None) -> None:
        domains = _known(ctx, [key])
        name = domains[0].name if domains else key.uuid
        super().__init__(_("Rename {target}").format(target=name), parent, width=480)
        self._ctx, self._key, self._name = ctx, key, name
        self.field = QLineEdit(name)
        self.field.setMaxLength(255)
        self.field.selectAll()
        self.body.addLayout(field(_("Name"), self.field))
        spec = ctx.inventory.spec(key.host)
        hint = _("Its disks and snapshots keep their file names. On {host} no other VM may have the name.")
        self.body.addWidget(label(hint.format(host=spec.name if spec else key.host), "secondary", wrap=True))
        self.add_command(lambda: vm_line(ctx.inventory, "rename", [key], words=[self.field.text().strip()]))
        self.add_close()
        self.add_main(_("Rename"), self._go)
        self.field.textChanged.connect(self._judge)
        self._judge()

    def _judge(self) -> None:
        text = self.field.text()
        taken = {domain.name for domain in self._ctx.inventory.domains_of(self._key.host)} - {self._name}
        try:
            name = checked_name(text)
        except UsageError:
            self.hold(_("Not a name: it is empty, or has a slash or a control character."))
            return
        if name == self._name:
            self.idle()
        else:
            self.hold(_("{name} exists already.").format(name=name) if name in taken else "")

    def _go(self) -> None:
        self._ctx.services.describe.rename(self._key, self.field.text())
        self.accept()


class DescribeDialog(Dialog):
    """Title and description; of several VMs only what a person changes is written, to all of them."""

    def __init__(self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        domains = _known(ctx, keys)
        super().__init__(_titled(_("Describe {target}"), domains), parent, width=560)
        self._ctx, self._keys = ctx, tuple(domain.key for domain in domains)
        titles, texts = {domain.title for domain in domains}, {domain.description for domain in domains}
        mixed = _("Different; what you write here replaces all of them.")
        self.title_field = QLineEdit(titles.pop() if len(titles) == 1 else "")
        self.title_field.setPlaceholderText(mixed if titles else "")
        self.text_field = QPlainTextEdit(texts.pop() if len(texts) == 1 else "")
        self.text_field.setPlaceholderText(mixed if texts else "")
        self.text_field.setTabChangesFocus(True)
        self.text_field.setProperty("field", True)
        self._before = (self.title_field.text(), self.text_field.toPlainText())
        self.body.addLayout(field(_("Title"), self.title_field, optional=True))
        self.body.addLayout(field(_("Description"), self.text_field, optional=True), 1)
        self.body.addWidget(
            label(_("Kept with the VM by libvirt, so every console and virsh show it."), "secondary", wrap=True)
        )
        self.add_command(self._command)
        self.add_close()
        many = len(self._keys) >= ctx.acting.preview_from
        self.add_main(_("See what will happen…") if many else _("Save"), self._go)
        self.title_field.textChanged.connect(self._judge)
        self.text_field.textChanged.connect(self._judge)
        self._judge()

    def changes(self) -> tuple[str | None, str | None]:
        """Title and description as they are to be; None = as it is."""
        title, text = self.title_field.text().strip(), self.text_field.toPlainText().strip()
        return (title if title != self._before[0] else None, text if text != self._before[1] else None)

    def _command(self) -> str:
        title, text = self.changes()
        more = [*(["--title", title] if title is not None else []), *(["--text", text] if text is not None else [])]
        return vm_line(self._ctx.inventory, "describe", self._keys, *more)

    def _judge(self) -> None:
        if self.changes() == (None, None):
            self.idle()
        else:
            self.hold("")

    def _go(self) -> None:
        title, text = self.changes()
        if len(self._keys) >= self._ctx.acting.preview_from:
            self._ctx.acting.planned.emit(Deed((Act.DESCRIBE,), title=title, text=text), self._keys)
        else:
            self._ctx.services.describe.describe(self._keys, title, text)
        self.accept()


class TagTicks(QWidget):
    """Tags with a tick each: on all of the VMs, on some (undecided), or on none.

    Signals:
        changed(): a tick was changed.
    """

    changed = Signal()

    def __init__(self, domains: Sequence[Domain], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "base")
        self._all = len(domains)
        self._counts: dict[str, int] = {}
        for domain in domains:
            for tag in domain.tags:
                self._counts[tag] = self._counts.get(tag, 0) + 1
        self._boxes: dict[str, QCheckBox] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(2))
        self._column.addStretch(1)
        for tag in sorted(self._counts):
            self._add(tag)

    def _add(self, tag: str) -> None:
        count = self._counts.get(tag, 0)
        some = 0 < count < self._all
        box = QCheckBox(
            _("{tag}, on {count} of {total}").format(tag=tag, count=count, total=self._all) if some else tag
        )
        box.setTristate(some)
        box.setCheckState(
            Qt.CheckState.PartiallyChecked if some else Qt.CheckState.Checked if count else Qt.CheckState.Unchecked
        )
        box.checkStateChanged.connect(lambda _state: self.changed.emit())
        self._boxes[tag] = box
        self._column.insertWidget(self._column.count() - 1, box)

    def tick(self, tag: str) -> None:
        """Puts a tag on all of them; a new one gets its row."""
        if tag not in self._boxes:
            self._add(tag)
        self._boxes[tag].setCheckState(Qt.CheckState.Checked)
        self.changed.emit()

    def changes(self) -> tuple[list[str], list[str]]:
        """(tags to add, tags to take away)."""
        add, remove = [], []
        for tag, box in self._boxes.items():
            count = self._counts.get(tag, 0)
            if box.checkState() is Qt.CheckState.Checked and count < self._all:
                add.append(tag)
            elif box.checkState() is Qt.CheckState.Unchecked and count:
                remove.append(tag)
        return add, remove


class TagField(QLineEdit):
    """Keeps Enter to itself while something is typed, so that it adds a tag and does not press the dialog's button.

    Signals:
        entered(): Enter, with something typed.
    """

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
            self.entered.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class TagDialog(Dialog):
    """Adds and takes away tags; what a tag is on only some VMs stays so unless it is ticked or unticked."""

    def __init__(self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        domains = _known(ctx, keys)
        super().__init__(_titled(_("Tag {target}"), domains), parent, width=480)
        self._ctx, self._keys = ctx, tuple(domain.key for domain in domains)
        self.field = TagField()
        self.field.setPlaceholderText(_("Another tag, then Enter"))
        self.field.entered.connect(self._add)
        everywhere = sorted({tag for domain in ctx.inventory.domains() for tag in domain.tags})
        completer = QCompleter(everywhere, self.field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        row = QHBoxLayout()
        row.addLayout(field(_("Add"), self.field), 1)
        self.body.addLayout(row)
        self.ticks = TagTicks(domains)
        self.ticks.changed.connect(self._judge)
        self.body.addWidget(scrolled(self.ticks), 1)
        self.body.addWidget(label(_("Tags live with the VM: every console sees the same."), "secondary", wrap=True))
        self.add_command(self._command)
        self.add_close()
        many = len(self._keys) >= ctx.acting.preview_from
        self.add_main(_("See what will happen…") if many else _("Save"), self._go)
        self.field.textEdited.connect(lambda _text: self._judge())
        self._judge()

    def _typed(self) -> list[str]:
        """The words in the field, as far as they are tags. UsageError names the one that is not."""
        return [checked_tag(word) for word in self.field.text().replace(",", " ").split()]

    def _add(self) -> None:
        try:
            typed = self._typed()
        except UsageError:
            return  # what is wrong stands beside the button already
        for tag in typed:
            self.ticks.tick(tag)
        self.field.clear()
        self._judge()

    def changes(self) -> tuple[list[str], list[str]]:
        """(to add, to take away), what is still in the field with it."""
        add, remove = self.ticks.changes()
        typed = [tag for tag in self._typed() if tag not in add]
        return add + typed, [tag for tag in remove if tag not in typed]

    def _command(self) -> str:
        add, remove = self.changes()
        more = [word for tag in add for word in ("--add", tag)] + [word for tag in remove for word in ("--remove", tag)]
        return vm_line(self._ctx.inventory, "tag", self._keys, *more)

    def _judge(self) -> None:
        try:
            add, remove = self.changes()
        except UsageError as error:
            self.hold(_("“{tag}” cannot be a tag.").format(tag=error.what))
            return
        if add or remove:
            self.hold("")
        else:
            self.idle()

    def _go(self) -> None:
        add, remove = self.changes()
        if len(self._keys) >= self._ctx.acting.preview_from:
            self._ctx.acting.planned.emit(Deed((Act.TAG,), add=tuple(add), remove=tuple(remove)), self._keys)
        else:
            self._ctx.services.describe.tag(self._keys, add, remove)
        self.accept()

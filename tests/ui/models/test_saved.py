from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from console.fleet.saved import SavedSearch
from console.ui.models.saved import SavedModel

BOTH = (SavedSearch("Hot", "cpu>80"), SavedSearch("Off", "state:off"))


def test_lines_and_counts() -> None:
    model = SavedModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.set_searches(BOTH)
    assert (model.face(0).label, model.face(0).figure) == ("Hot", "")
    model.set_counts({"cpu>80": 12, "state:off": 1200})
    assert (model.face(0).figure, model.face(1).figure) == ("12", "1,200")
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole) == "Hot: cpu>80"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Hot, 12 VMs"
    assert (model.row_of("Off"), model.row_of("gone")) == (1, -1)
    model.set_searches(BOTH[1:])
    assert model.rowCount() == 1
    assert tester is not None

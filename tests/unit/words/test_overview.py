from __future__ import annotations

import pytest

from console.fleet.domains import VmKey
from console.fleet.history import MarkKind
from console.fleet.outliers import SCALES, Outlier
from console.fleet.storage import StorageSum
from console.fleet.today import ORDER, Event
from console.words import overview


@pytest.mark.parametrize("measure", SCALES)
def test_every_measure_has_words(measure: str) -> None:
    said = overview.outlier(Outlier(measure, "h", 2.0, 1.0, 9.0))
    assert "usual is" in said


def test_figures_have_their_units() -> None:
    said = overview.outlier(Outlier("vm-cpu", VmKey("h", "u"), 0.97, 0.04, 9.0)).replace("\u00a0", " ")
    assert said == "97 % CPU, usual is 4 %"
    said = overview.outlier(Outlier("vm-disk", VmKey("h", "u"), 300 << 20, 1 << 20, 9.0)).replace("\u00a0", " ")
    assert said == "300 MiB/s to and from disk, usual is 1.0 MiB/s"


def test_every_kind_of_event_has_words_and_a_count() -> None:
    for kind in ORDER:
        assert "web" in overview.event(Event(1.0, kind, "web", text="volume.delete"))
        assert overview.count(kind, 1) != overview.count(kind, 2)
    assert {f"vm-{kind}" for kind in MarkKind} <= set(ORDER)
    assert overview.event(Event(1.0, "storage", "a.qcow2", text="volume.delete")) == "Delete volume a.qcow2"
    assert overview.event(Event(1.0, "job-failed", "web", text="vm.start", job=3)) == "Run web failed"
    assert overview.event(Event(1.0, "vm-config", "web", text="memory_kib,vcpus")) == "web was changed: memory, vCPU"
    assert overview.none_today()


def test_storage_in_a_sentence() -> None:
    said = overview.storage_sentence(StorageSum(1, 100 << 30, 50 << 30, 250 << 30)).replace("\u00a0", " ")
    assert said == "250 GiB promised of 100 GiB, 2.50×"
    assert overview.storage_sentence(StorageSum()) == "not known yet"

from __future__ import annotations

from console.app import App
from console.fleet.acts import Act
from console.fleet.bulk import Deed, Fate
from console.fleet.errors import Problem, Reason
from console.fleet.scaling import Scaling, SizeFacts, Sizing, When
from console.jobs.job import JobState
from console.services.scale import scaled, sizing_words
from console.words import jobs
from tests.unit.services.conftest import named

G = 1 << 20


def test_running_and_stopped_vms_are_sized_and_what_waits_is_said(app: App) -> None:
    keys = [named(app, name).key for name in ("web", "db")]
    plan = app.services.bulk.plan(Deed((Act.SCALE,), sizing=Sizing(vcpus=4)), keys)
    assert [(item.name, item.fate) for item in plan.items] == [("web", Fate.RESTART), ("db", Fate.DO)]
    assert app.services.bulk.command(plan) == "splendid vm scale web db --vcpus 4"
    view = app.services.bulk.run(plan).wait(20)
    assert view.state is JobState.SUCCEEDED
    assert (named(app, "web").vcpus, named(app, "db").vcpus) == (2, 4)
    first = app.jobs.view(view.children[0])
    assert first is not None
    assert "next start" in jobs.ended(first)
    again = app.services.bulk.plan(Deed((Act.SCALE,), sizing=Sizing(vcpus=4)), keys)
    assert [item.fate for item in again.items] == [Fate.NOTHING, Fate.NOTHING]


def test_one_vm_is_one_task(app: App) -> None:
    plan = app.services.bulk.plan(Deed((Act.SCALE,), sizing=Sizing(memory_kib=G // 2)), [named(app, "web").key])
    view = app.services.bulk.run(plan).wait(20)
    assert (view.state, view.kind, view.children) == (JobState.SUCCEEDED, "vm.scale", ())
    assert view.command == "splendid vm scale web --memory 512M"


def test_the_words_of_the_command_line() -> None:
    assert sizing_words(Sizing(2, 3 * G, 4, 8 * G, When.LIVE)) == [
        "--vcpus", "2", "--max-vcpus", "4", "--memory", "3G", "--max-memory", "8G", "--live-only",
    ]  # fmt: skip
    assert sizing_words(Sizing(memory_kib=1536, when=When.NEXT)) == ["--memory", "1536K", "--next-boot"]


def test_a_host_that_could_not_be_asked_stays_a_problem(app: App) -> None:
    problem = Problem(Reason.SILENT)
    assert scaled(Sizing(vcpus=1), problem) is problem
    made = scaled(Sizing(vcpus=1), SizeFacts(named(app, "web").key, None, None))
    assert isinstance(made, Scaling)

"""Windows that ask or tell one thing. None owns a thread, and each can be closed while what it started goes on.

Each is loaded when it is first opened.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from console.ui.dialogs.about import AboutDialog as AboutDialog
    from console.ui.dialogs.about import KeysDialog as KeysDialog
    from console.ui.dialogs.alert import AlertDialog as AlertDialog
    from console.ui.dialogs.bulk import BulkDialog as BulkDialog
    from console.ui.dialogs.bulk_result import BulkResultDialog as BulkResultDialog
    from console.ui.dialogs.clone import CloneDialog as CloneDialog
    from console.ui.dialogs.clone_acts import CloneActDialog as CloneActDialog
    from console.ui.dialogs.compare import CompareDialog as CompareDialog
    from console.ui.dialogs.compare_snapshots import CompareSnapshotsDialog as CompareSnapshotsDialog
    from console.ui.dialogs.confirm import ConfirmDialog as ConfirmDialog
    from console.ui.dialogs.credentials import CredentialDialog as CredentialDialog
    from console.ui.dialogs.delete import DeleteDialog as DeleteDialog
    from console.ui.dialogs.describe import DescribeDialog as DescribeDialog
    from console.ui.dialogs.describe import RenameDialog as RenameDialog
    from console.ui.dialogs.describe import TagDialog as TagDialog
    from console.ui.dialogs.doctor import DoctorDialog as DoctorDialog
    from console.ui.dialogs.host import HostDialog as HostDialog
    from console.ui.dialogs.host import ImportDialog as ImportDialog
    from console.ui.dialogs.host import RemoveHostDialog as RemoveHostDialog
    from console.ui.dialogs.job_log import JobLogDialog as JobLogDialog
    from console.ui.dialogs.keep import KeepDialog as KeepDialog
    from console.ui.dialogs.leave import LeaveDialog as LeaveDialog
    from console.ui.dialogs.many_snapshots import DeleteManyDialog as DeleteManyDialog
    from console.ui.dialogs.many_snapshots import RevertManyDialog as RevertManyDialog
    from console.ui.dialogs.many_snapshots import TakeManyDialog as TakeManyDialog
    from console.ui.dialogs.preferences import PreferencesDialog as PreferencesDialog
    from console.ui.dialogs.retention import RetentionDialog as RetentionDialog
    from console.ui.dialogs.scale import ScaleDialog as ScaleDialog
    from console.ui.dialogs.snapshot_plan import DescribeSnapshotDialog as DescribeSnapshotDialog
    from console.ui.dialogs.snapshot_plan import RenameSnapshotDialog as RenameSnapshotDialog
    from console.ui.dialogs.take_snapshot import TakeSnapshotDialog as TakeSnapshotDialog
    from console.ui.dialogs.trouble import FileProblemsDialog as FileProblemsDialog
    from console.ui.dialogs.trouble import UnfinishedDialog as UnfinishedDialog

_ROOMS = {
    "AboutDialog": "about",
    "KeysDialog": "about",
    "AlertDialog": "alert",
    "BulkDialog": "bulk",
    "BulkResultDialog": "bulk_result",
    "CloneActDialog": "clone_acts",
    "CloneDialog": "clone",
    "CompareDialog": "compare",
    "ConfirmDialog": "confirm",
    "CredentialDialog": "credentials",
    "DeleteDialog": "delete",
    "DescribeDialog": "describe",
    "RenameDialog": "describe",
    "TagDialog": "describe",
    "HostDialog": "host",
    "ImportDialog": "host",
    "RemoveHostDialog": "host",
    "JobLogDialog": "job_log",
    "KeepDialog": "keep",
    "LeaveDialog": "leave",
    "DeleteManyDialog": "many_snapshots",
    "RevertManyDialog": "many_snapshots",
    "TakeManyDialog": "many_snapshots",
    "PreferencesDialog": "preferences",
    "ScaleDialog": "scale",
    "CompareSnapshotsDialog": "compare_snapshots",
    "DescribeSnapshotDialog": "snapshot_plan",
    "DoctorDialog": "doctor",
    "RenameSnapshotDialog": "snapshot_plan",
    "RetentionDialog": "retention",
    "TakeSnapshotDialog": "take_snapshot",
    "FileProblemsDialog": "trouble",
    "UnfinishedDialog": "trouble",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)

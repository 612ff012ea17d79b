"""Snapshots: what there is of them, and what each act on them would do, as pure values and rules."""

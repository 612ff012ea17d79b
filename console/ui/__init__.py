"""The window: Qt only here (and in the composition root)."""

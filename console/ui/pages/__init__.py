"""Pages: what the middle of the window shows."""

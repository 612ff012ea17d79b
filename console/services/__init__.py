"""Use cases: what the window and the command line do, once. One file each."""

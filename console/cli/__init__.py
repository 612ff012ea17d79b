"""The command line: the services and words of the window, from a terminal."""

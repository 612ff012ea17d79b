"""A walk through the window with no screen: the real program on the demo fleet, a picture of every page."""

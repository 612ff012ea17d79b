"""Splendid: a desktop console for virtual machines on many libvirt hosts. The map is console/README.md."""

__version__ = "0.1.0"

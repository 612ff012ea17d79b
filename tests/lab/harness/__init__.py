"""Real libvirt and QEMU hosts on one machine, each in namespaces of its own: see README.md beside this package."""

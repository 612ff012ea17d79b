"""The only way to libvirt and ssh: connections, lanes, events, statistics. libvirtError ends here."""

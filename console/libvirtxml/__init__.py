"""libvirt's XML read to fleet values, and edited in place. Pure functions; unknown elements survive an edit."""

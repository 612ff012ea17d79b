"""What a fleet is, as frozen values, and the pure rules over it. No I/O, no Qt, no libvirt."""

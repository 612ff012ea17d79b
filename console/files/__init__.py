"""Files of this workstation: text written whole or not at all, and SQLite databases that outlive damage and full disks."""

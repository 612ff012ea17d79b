"""Windows that ask or tell one thing. None owns a thread, and each can be closed while what it started goes on."""

"""What ssh runs to ask something (SSH_ASKPASS): hands the question to the console by a private socket, prints its answer.

Run as a program of its own, by path: `askpass.py SOCKET PROMPT`. It knows nothing but a token of this one attempt to
connect, and imports nothing of ours, so that it starts in a hundredth of a second.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence

TOKEN = "SPLENDID_TOKEN"  # variables of the environment
HINT = "SSH_ASKPASS_PROMPT"
ANSWER, STOP = b"=", b"!"  # how a reply begins


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 with an answer on stdout, 1 without."""
    place, prompt = arguments[0], " ".join(arguments[1:])
    hint = os.environ.get(HINT, "")
    if hint == "none":
        return stay()
    token = os.environ.get(TOKEN, "")
    reply = exchange(place, {"token": token, "prompt": prompt, "hint": hint, "asker": str(os.getppid())})
    if reply.startswith(ANSWER):
        sys.stdout.write(reply[1:].decode() + "\n")
        sys.stdout.flush()
        return 0
    if reply.startswith(STOP) and (parent := os.getppid()) > 1:
        os.kill(parent, signal.SIGTERM)  # else ssh would go on with an empty password
    return 1


def exchange(place: str, question: dict[str, str]) -> bytes:
    """The console's reply; b"" where there is none any more. Waits as long as a person takes."""
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(place)
            door.sendall(json.dumps(question).encode())
            door.shutdown(socket.SHUT_WR)
            parts = []
            while part := door.recv(65536):
                parts.append(part)
            return b"".join(parts)
    except OSError:
        return b""


def stay() -> int:
    """What ssh only wants something said ("touch your security key"): it ends us when that is over."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A mail server that keeps a record of each letter, a line with its Message-ID. `python -m bench.sink FILE`"""

import re
import socketserver
import sys
from pathlib import Path

_MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.IGNORECASE | re.MULTILINE)


class Conversation(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    body = b""
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        body += part
                    if not part:
                        return
                    found = _MESSAGE_ID.search(body)
                    records.write((found[1] if found else b"?") + b"\n")
                    self.wfile.write(b"250 kept\r\n")
                case b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"250 ok\r\n")


if __name__ == "__main__":
    records = Path(sys.argv[1]).open("ab", buffering=0)  # noqa: SIM115 (open as long as the server lives)
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()

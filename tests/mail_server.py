"""A mail server that keeps what it accepts in memory, as slow as one wishes. Sees on the wire what was sent twice."""

import socketserver
import threading
import time
from email import message_from_bytes
from email.message import Message


class MailServer:
    """Accepts letters on 127.0.0.1 until stopped. `pause`: seconds it takes before it hears a letter."""

    def __init__(self, pause: float = 0.0) -> None:
        accepted: list[Message] = []
        self.letters = accepted

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 here")
                while line := self.rfile.readline():
                    match line.split()[0].upper():
                        case b"DATA":
                            time.sleep(pause)
                            self.say("354 go on")
                            body = b""
                            while (part := self.rfile.readline()) not in (b".\r\n", b""):
                                body += part
                            if not part:
                                return  # whoever was sending is gone in the middle: nothing was accepted
                            accepted.append(message_from_bytes(body))
                            self.say("250 kept")
                        case b"QUIT":
                            self.say("221 bye")
                            return
                        case _:
                            self.say("250 ok")

            def say(self, words: str) -> None:
                self.wfile.write(f"{words}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    @property
    def message_ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

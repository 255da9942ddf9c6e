"""A push service on loopback, as a browser's maker runs one: checks who sends, and has devices that open what came."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_bytes, token_urlsafe
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

from hrplatform.pushing import Target, raw


@dataclass
class BrowserDevice:
    """Somebody's browser: its own keys, and what was shown on it."""

    origin: str
    name: str = field(default_factory=lambda: token_urlsafe(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: token_bytes(16))
    shown: list[dict[str, str]] = field(default_factory=list)

    @property
    def target(self) -> Target:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Target(f"{self.origin}/push/{self.name}", b64urlencode(point), b64urlencode(self.auth))

    def open(self, body: bytes) -> None:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        self.shown.append(json.loads(plain))


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes
    claims: dict[str, Any]


class PushService:
    """Answers 201 to what is signed well, 404 for a device nobody has, and whatever `answer` says while it is set."""

    def __init__(self) -> None:
        self.devices: dict[str, BrowserDevice] = {}
        self.received: list[Received] = []
        self.answer: int | None = None
        service = self

        class Conversation(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = service.answer or service.take(self.path, dict(self.headers), body)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"{service.origin}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *parts: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"

    def new_device(self) -> BrowserDevice:
        device = BrowserDevice(self.origin)
        self.devices[f"/push/{device.name}"] = device
        return device

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        if path not in self.devices:
            return 404
        if not Vapid02.verify(headers["Authorization"]):
            return 403
        token = headers["Authorization"].partition("t=")[2].partition(",")[0]
        self.received.append(Received(headers, body, json.loads(raw(token.split(".")[1]))))
        self.devices[path].open(body)
        return 201

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

"""Web push: a few words sealed for one device (RFC 8291), signed by this installation (RFC 8292), handed to the service
that the device's browser chose. The service learns that this site reaches the device, and when; never a word.

The address comes from a browser, so from anybody. It is only ever asked over https, at a public address that was
looked up and is the one connected to, without following it anywhere else, and not for long.
"""

import http.client
import ipaddress
import json
import os
import socket
import ssl
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from time import time
from urllib.parse import SplitResult, urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

_SECONDS = 5
# Every message has this length before it is sealed, so that its size tells nothing.
_LENGTH = 1024
_SIGNED_FOR = 12 * 60 * 60


class PushUnavailable(Exception):
    """There is no key to sign with, and none can be made here."""


class BadEndpoint(ValueError):
    """Not an address that may be asked."""


class Outcome(Enum):
    TAKEN = "taken"
    GONE = "gone"  # the device took it back, or the address never was one
    LATER = "later"


def raw(text: str) -> bytes:
    """What base64url stands for. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Target:
    """A device as its browser describes it. The keys are base64url."""

    endpoint: str
    p256dh: str
    auth: str


# --- The key of this installation -----------------------------------------------------------------------------------


def begin() -> None:
    """Make the key once. A new one would make every device deaf until it subscribes again."""
    path = Path(settings.VAPID_PRIVATE_KEY_PATH)
    if settings.VAPID_PRIVATE_KEY or path.exists():
        return
    made = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as handle:
        handle.write(b64urlencode(made.to_bytes(32, "big")))
    try:
        os.link(draft, path)  # whole, and of two processes that start together one wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _vapid() -> Vapid02:
    text = settings.VAPID_PRIVATE_KEY
    try:
        if not text:
            begin()
            text = Path(settings.VAPID_PRIVATE_KEY_PATH).read_text()
        return _opened(text.strip())
    except (OSError, ValueError) as error:
        raise PushUnavailable("No key to sign with: set VAPID_PRIVATE_KEY or VAPID_PRIVATE_KEY_FILE.") from error


@lru_cache(maxsize=2)
def _opened(text: str) -> Vapid02:
    vapid = Vapid02.from_pem(text.encode()) if "-----BEGIN" in text else Vapid02.from_string(text)
    # Who may be written to when something is wrong is told as the site's own address, whatever its form.
    vapid.conf = {"no-strict": True}
    return vapid


def public_key() -> str:
    """What a browser needs to subscribe, base64url. Raises PushUnavailable."""
    point = _vapid().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return str(b64urlencode(point))


# --- Where it may go ------------------------------------------------------------------------------------------------


def checked(endpoint: str) -> SplitResult:
    """The parts of an address that may be asked, as far as it can be told without looking it up. Raises BadEndpoint."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise BadEndpoint from error
    if _origin(parts) in settings.PUSH_TRUSTED_ORIGINS:
        return parts
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or port not in (None, 443):
        raise BadEndpoint
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or "\\" in endpoint:
        raise BadEndpoint
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        # A name. One without a dot is of this machine's own network.
        if "." not in parts.hostname.rstrip("."):
            raise BadEndpoint from None
    else:
        _refuse_private(address)
    return parts


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}"


def _refuse_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not address.is_global or not inner.is_global or address.is_multicast:
        raise BadEndpoint


def _look_up(parts: SplitResult) -> str:
    """The address to connect to. One that is not public makes the whole name bad: it may be the next answer."""
    found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if _origin(parts) not in settings.PUSH_TRUSTED_ORIGINS:
        for address in addresses:
            _refuse_private(ipaddress.ip_address(address.partition("%")[0]))
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """Connects to the address that was looked up and checked, and to no other; the certificate is the name's."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        self.is_secure, self.address = parts.scheme == "https", address
        port = parts.port or (443 if self.is_secure else 80)
        super().__init__(str(parts.hostname), port, timeout=_SECONDS)
        self.default_port = 443 if self.is_secure else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), _SECONDS)
        if self.is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


# --- Sending --------------------------------------------------------------------------------------------------------


def seal(words: Mapping[str, str], target: Target) -> bytes:
    """The message for one device, which alone can open it."""
    text = json.dumps(words, ensure_ascii=False).encode()
    return bytes(
        http_ece.encrypt(
            text.ljust(_LENGTH),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=raw(target.p256dh),
            auth_secret=raw(target.auth),
            version="aes128gcm",
        )
    )


class PushRun:
    """Messages one after another. A service that does not answer is asked once for each run."""

    def __init__(self) -> None:
        self.away: set[str] = set()

    def send(self, target: Target, words: Mapping[str, str], *, seconds: int, topic: str) -> Outcome:
        """Hand one message over. `seconds`: how long the service keeps it for a device that is off. `topic`: up to 32
        signs of base64url; a newer message with the same one takes its place. Raises PushUnavailable.
        """
        try:
            parts = checked(target.endpoint)
            if _origin(parts) in self.away:
                return Outcome.LATER
            body = seal(words, target)
            status = self._post(parts, body, self._headers(parts, seconds, topic))
        except ValueError:  # BadEndpoint, or keys that are none
            return Outcome.GONE
        except (OSError, http.client.HTTPException):
            self.away.add(_origin(parts))
            return Outcome.LATER
        if 200 <= status < 300:
            return Outcome.TAKEN
        return Outcome.GONE if status in (404, 410) else Outcome.LATER

    def _headers(self, parts: SplitResult, seconds: int, topic: str) -> dict[str, str]:
        claims = {
            "aud": _origin(parts),
            "exp": int(time()) + _SIGNED_FOR,
            "sub": f"https://{urlsplit(settings.SITE_URL).hostname}",
        }
        return {
            **_vapid().sign(claims),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(seconds),
            "Topic": topic,
            "Urgency": "normal",
        }

    def _post(self, parts: SplitResult, body: bytes, headers: dict[str, str]) -> int:
        connection = _Connection(parts, _look_up(parts))
        try:
            path = parts.path or "/"
            connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

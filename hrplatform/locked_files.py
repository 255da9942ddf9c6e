"""A file that only a passphrase opens, written and read piece by piece: nothing of it stands on a disk in the open.

    "hrlock1\\n" | salt, 16 bytes | pieces
    a piece: 65,536 bytes (the last one fewer) under AES-256-GCM, 16 bytes longer than what is in it

The key is scrypt(passphrase, salt; n=2**16, r=8, p=1; 64 MiB). A piece's nonce is its number, 11 bytes, and one byte
that is 1 for the last piece: moved, left out, cut off or added pieces do not open. A key is used for one file only.
"""

import io
import secrets
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"hrlock1\n"
PIECE = 65_536
_TAG = 16
_SALT = 16
_HEAD = len(MAGIC) + _SALT


class LockBroken(Exception):
    """Another passphrase, or a file that was cut off or changed."""


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode()))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def is_locked(file: IO[bytes]) -> bool:
    start = file.read(len(MAGIC))
    file.seek(0)
    return start == MAGIC


class LockedWriter(io.RawIOBase):
    """Locks what is written to it. `close` writes the last piece; without it the file does not open."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._file, self._held, self._number = file, bytearray(), 0
        salt = secrets.token_bytes(_SALT)
        self._cipher = _cipher(passphrase, salt)
        file.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(memoryview(data))  # type: ignore[arg-type]
        self._held += given
        while len(self._held) > PIECE:
            self._put(bytes(self._held[:PIECE]), is_last=False)
            del self._held[:PIECE]
        return len(given)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._held), is_last=True)
            super().close()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last), piece, None))
        self._number += 1


class LockedReader(io.RawIOBase):
    """Opens a locked file, from any place in it. Raises LockBroken."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._file, self._at, self._piece = file, 0, (-1, b"")
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(_HEAD)
        body = size - _HEAD
        if not head.startswith(MAGIC) or body < _TAG or 0 < body % (PIECE + _TAG) < _TAG:
            raise LockBroken
        self._pieces = -(-body // (PIECE + _TAG))
        self._size = body - self._pieces * _TAG
        self._cipher = _cipher(passphrase, head[len(MAGIC) :])
        self._opened(self._pieces - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._at >= self._size:
            return 0
        number, inside = divmod(self._at, PIECE)
        found = self._opened(number)[inside : inside + len(view)]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _opened(self, number: int) -> bytes:
        if self._piece[0] != number:
            self._file.seek(_HEAD + number * (PIECE + _TAG))
            sealed = self._file.read(PIECE + _TAG)
            try:
                piece = self._cipher.decrypt(_nonce(number, number == self._pieces - 1), sealed, None)
            except InvalidTag as error:
                raise LockBroken from error
            self._piece = (number, piece)
        return self._piece[1]

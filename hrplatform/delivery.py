"""Letters: into a folder when no mail server is named, and always in batches over one connection."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class FolderEmailBackend(BaseEmailBackend):
    """Writes each letter to a file named after its Message-ID: sending the same letter again changes nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for letter in email_messages:
            message = letter.message()
            name = _UNSAFE.sub("", str(message["Message-ID"]).split("@")[0]) or token_hex(8)
            draft = folder / f".{name}.{token_hex(4)}"
            draft.write_bytes(message.as_bytes())
            draft.replace(folder / f"{name}.eml")
        return len(email_messages)


class MailRun:
    """Letters one after another over one connection, which is opened anew when it breaks, but never in vain twice.

    A server that is away is asked once for each run: after that every letter fails at once.
    """

    def __init__(self) -> None:
        self.connection = get_connection()
        self.is_away = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def send(self, letter: EmailMessage) -> bool:
        """Whether the mail server took it. smtplib's errors are OSErrors too."""
        if self.is_away:
            return False
        try:
            self.connection.open()
        except OSError:
            self.is_away = True
            return False
        try:
            self.connection.send_messages([letter])
        except OSError:
            # One letter that is refused says nothing of the next; whatever happened, that one gets a fresh connection.
            self.close()
            return False
        return True

    def close(self) -> None:
        with suppress(OSError):
            self.connection.close()
        self.connection = get_connection()

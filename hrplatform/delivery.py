"""Letters: into a folder when no mail server is named, and always in batches over one connection."""

import re
from base64 import encodebytes
from collections.abc import Sequence
from contextlib import suppress
from email.header import Header
from email.utils import formatdate, parseaddr
from pathlib import Path
from secrets import token_hex
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import DNS_NAME, BadHeaderError, EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend

_LINE = 900
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


class Letter(EmailMessage):
    """A few plain words to one person, as bytes from the beginning.

    The mail library builds a tree of parts and walks it; for ten thousand letters of two lines that is most of it.
    """

    def __init__(self, *, subject: str, words: str, to: str, message_id: str) -> None:
        super().__init__(subject, words, to=[to])
        self.message_id = message_id

    def message(self) -> "Written":  # type: ignore[override]
        words, subject = str(self.body), str(self.subject)
        is_plain = words.isascii() and max(map(len, words.split("\n"))) < _LINE
        headers = {
            "Message-ID": self.message_id,
            "Date": formatdate(),
            "From": self.from_email,
            "To": self.to[0],
            "Subject": subject if subject.isascii() else Header(subject, "utf-8").encode(linesep="\r\n"),
            "Auto-Submitted": "auto-generated",
            "MIME-Version": "1.0",
            "Content-Type": 'text/plain; charset="utf-8"',
            "Content-Transfer-Encoding": "7bit" if is_plain else "base64",
        }
        if len("".join(headers.values()).replace("\r\n ", "").splitlines()) > 1:
            raise BadHeaderError("A header is one line.")
        return Written(headers, words if is_plain else encodebytes(words.encode()).decode("ascii"))


class Written(dict[str, str]):
    """What a mail backend asks of a message: its headers by name, and its bytes."""

    def __init__(self, headers: dict[str, str], text: str) -> None:
        super().__init__(headers)
        self.text = text

    def as_bytes(self, *, linesep: str = "\n") -> bytes:
        lines = [f"{name}: {value}" for name, value in self.items()]
        whole = "\r\n".join([*lines, "", *self.text.split("\n")])
        return (whole if linesep == "\r\n" else whole.replace("\r\n", linesep)).encode()


class SmtpBackend(smtp.EmailBackend):
    """Sends the letters above over the open connection without taking their one address apart again.

    Greets with the site's name: the machine's own is nobody's business, and looking it up can take seconds.
    """

    def open(self) -> bool | None:
        DNS_NAME._fqdn = urlsplit(settings.SITE_URL).hostname
        return super().open()

    def _send(self, email_message: EmailMessage) -> bool:
        if not isinstance(email_message, Letter) or self.connection is None or not email_message.to[0].isascii():
            return bool(super()._send(email_message))  # type: ignore[misc]
        sender = parseaddr(email_message.from_email)[1]
        self.connection.sendmail(sender, email_message.to, email_message.message().as_bytes(linesep="\r\n"))
        return True


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

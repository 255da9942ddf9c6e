"""Letters: into a folder when no mail server is named, and always in batches over one connection."""

import re
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.core.mail import EmailMessage
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

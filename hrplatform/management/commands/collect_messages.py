"""Collects every translatable string of the source into the catalogues in locale/."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import makemessages
from django.utils.translation import to_locale

from hrplatform import languages

# Everything that is not product source.
_NOT_SOURCE = [".*", "var", "tests", "bench", "docs", "requirements", "static", "node_modules"]


class Command(makemessages.Command):
    """Django's makemessages, told where our catalogues are: its settings name the folder of the compiled ones.

    Guesses from similar messages are left out. They arrive marked fuzzy, and a wrong guess reads like a translation.
    """

    help = "Collect new messages from the source into locale/ (needs the gettext tools: apt-get install gettext)."
    settings_available = False
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(
            locale=[to_locale(language.code) for language in languages.language_files()],
            ignore_patterns=list(_NOT_SOURCE),
            extensions=["html", "py"],
            no_location=True,
            no_obsolete=True,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        os.chdir(settings.CATALOGUE_DIR.parent)
        super().handle(*args, **options)

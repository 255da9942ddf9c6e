"""What a log line may hold: the level, the logger, what happened, and where in the code.

Never an address, a user agent, a path, a form value or a database value. Paths can hold the secret of an
invitation, and the texts of database errors hold the values of rows, so both are left out.
"""

import logging
import traceback

_WITHOUT_ARGUMENTS = ("django.request", "django.security", "django.server", "allauth", "granian")


class BareFormatter(logging.Formatter):
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        text = f"{self.formatTime(record)} {record.levelname} {record.name}: {self.words(record)}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info and record.exc_info[0] else text

    def words(self, record: logging.LogRecord) -> str:
        if record.name.startswith(_WITHOUT_ARGUMENTS):
            status = getattr(record, "status_code", None)
            return f"answered {status}" if status else "refused a request"
        return record.getMessage()

    def formatException(self, ei: object) -> str:  # noqa: N802 (the name is logging's)
        """The kind of each error and the lines of code, without the error's own words."""
        error = ei[1] if isinstance(ei, tuple) else None
        lines: list[str] = []
        while error is not None:
            lines.append(type(error).__qualname__)
            frames = traceback.extract_tb(error.__traceback__)
            lines.extend(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[-12:])
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)

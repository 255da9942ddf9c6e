"""What a log line may hold: the level, the logger, what happened, and where in the code.

Never an address, a user agent, a path, a form value or a database value. Paths can hold the secret of an
invitation, and the texts of database errors hold the values of rows, so both are left out.
"""

import logging
import traceback

# Only what our own code logs is written out whole: we know that its arguments are names of models and counts.
_OURS = ("hrplatform", "groups", "outreach", "resources")


class BareFormatter(logging.Formatter):
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        text = f"{self.formatTime(record)} {record.levelname} {record.name}: {self.words(record)}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info and record.exc_info[0] else text

    def words(self, record: logging.LogRecord) -> str:
        if record.name.split(".")[0] in _OURS:
            return record.getMessage()
        if status := getattr(record, "status_code", None):
            return f"answered {status}"
        # A message that takes arguments is fixed words with gaps; any other may have had values put in already.
        template = record.msg if isinstance(record.msg, str) and record.args else "something"
        return f"{template} ({record.pathname}:{record.lineno})"

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

"""What every measurement writes and says in the same way."""

import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.servers import SERVER_CORE


def goal(what: str, is_met: bool, measured: str) -> dict[str, Any]:
    return {"goal": what, "is_met": bool(is_met), "measured": measured}


def machine() -> dict[str, Any]:
    """Its kind, and nothing that tells whose it is."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "pinned": SERVER_CORE is not None,
        "python": platform.python_version(),
        "django": version("django"),
        "granian": version("granian"),
    }


def say(text: str, ending: str = "\n") -> None:
    sys.stdout.write(text + ending)
    sys.stdout.flush()

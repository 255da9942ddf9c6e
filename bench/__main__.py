"""Measures ratios inside one run: all of them, or `ONLY=w5`. What was not measured now stays in the results."""

import json
import os
import time
from pathlib import Path
from typing import Any

from bench import w1_guide, w5_reminders, w7_feed
from bench.instance import demonstration
from bench.results import machine, say

MEASUREMENTS = {"w1": w1_guide, "w5": w5_reminders, "w7": w7_feed}
RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    began = time.monotonic()
    scale = float(os.environ.get("SCALE") or 1)
    wanted = os.environ.get("ONLY", "").lower().split() or list(MEASUREMENTS)
    if unknown := set(wanted) - set(MEASUREMENTS):
        raise SystemExit(f"ONLY names {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}.")
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    say("Making a demonstration instance ...")
    with demonstration() as instance:
        for name in wanted:
            found = MEASUREMENTS[name].measure(instance, scale)
            results[name] = {"machine": machine(), **found}
            MEASUREMENTS[name].show(found)
            for each in found["goals"]:
                say(f"  {'yes' if each['is_met'] else 'NO ':4}{each['goal']}: {each['measured']}")
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    say(f"\nTook {time.monotonic() - began:.0f} s. Written to bench/results.json.")


if __name__ == "__main__":
    main()

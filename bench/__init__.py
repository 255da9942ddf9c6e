"""Measurements beside peers, in one run: `make bench`. How to read them: docs/benchmarks.md."""

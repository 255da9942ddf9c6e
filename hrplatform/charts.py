"""Charts drawn on the server as SVG: bars with their values written on them, beside a table with the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

# One unit of the drawing is about a pixel on a phone: words in it keep the size of small text.
WIDTH, HEIGHT, FOOT, HEAD = 320, 150, 26, 24


@dataclass(frozen=True)
class Bar:
    """`value` None: not shown, for `words` to say why."""

    label: str
    value: int | None
    words: str


@dataclass(frozen=True)
class Placed:
    """A bar with its place in the drawing."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float
    middle: float
    is_labelled: bool

    @property
    def above(self) -> float:
        return self.y - 6


def place(bars: Sequence[Bar], most: int) -> list[Placed]:
    """Where each bar stands. `most`: the value at full height. Of many labels only some are written."""
    step = WIDTH / max(len(bars), 1)
    width = min(step * 0.62, 56)
    room = HEIGHT - FOOT - HEAD
    every = max(1, -(-len(bars) // 4))
    placed = []
    for number, bar in enumerate(bars):
        height = room * min(bar.value or 0, most) / most if most else 0
        placed.append(
            Placed(
                bar=bar,
                x=round(number * step + (step - width) / 2, 1),
                y=round(HEIGHT - FOOT - height, 1),
                width=round(width, 1),
                height=round(height, 1),
                middle=round((number + 0.5) * step, 1),
                is_labelled=(len(bars) - 1 - number) % every == 0,
            )
        )
    return placed

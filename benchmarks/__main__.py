"""Measure ourselves beside what we are compared with, and write ``docs/benchmarks.md``.

One round measures everything once, one after the other, so that what else the machine does falls
on all of it alike. The ratio of two medians says more than either of them.
"""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.comparison import COMPARISONS, Comparison

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

INTRODUCTION = """\
# Benchmarks

Written by `make bench`, which measures everything anew and puts it here: {rounds} rounds, in each
everything once, on a machine that others use at the same time. Take the seconds as rough and the
ratios as good.
"""


def main() -> None:
    """Measure, print a table, and keep it in the documentation."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often; default: 3")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page that is written")
    arguments = parser.parse_args()
    samples: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for number in range(1, arguments.rounds + 1):
        print(f"round {number} of {arguments.rounds}", flush=True)
        for comparison in COMPARISONS:
            samples[comparison.ours].append(comparison.measure())
    table = report(COMPARISONS, samples)
    print(f"\n{table}")
    explanations = "\n".join(f"- **{c.ours}**: {c.explanation}" for c in COMPARISONS)
    text = INTRODUCTION.format(rounds=arguments.rounds)
    arguments.output.write_text(f"{text}\n{table}\n\n{explanations}\n")


def report(
    comparisons: Sequence[Comparison], samples: Mapping[str, Sequence[tuple[float, float]]]
) -> str:
    """Return a Markdown table of medians and their ratios."""
    rows = ["| ours | median | beside | median | ratio |", "|---|--:|---|--:|--:|"]
    for comparison in comparisons:
        ours, theirs = (
            statistics.median(column) for column in zip(*samples[comparison.ours], strict=True)
        )
        rows.append(
            f"| {comparison.ours} | {seconds(ours)} | {comparison.theirs} | {seconds(theirs)} "
            f"| {ratio(theirs / ours)} |"
        )
    return "\n".join(rows)


def ratio(value: float) -> str:
    """Write how much faster, no more exactly than it was measured.

    >>> ratio(1427.3), ratio(58.2)
    ('1,400x', '58x')
    """
    return f"{float(f'{value:.2g}'):,.0f}x"


def seconds(value: float) -> str:
    """Write a time with a unit that suits it.

    >>> seconds(12.34), seconds(0.0456), seconds(0.0000071)
    ('12.3 s', '45.6 ms', '7.1 µs')
    """
    units = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
    unit, size = next((unit for unit in units if value >= unit[1]), units[-1])
    return f"{value / size:.3g} {unit}"


if __name__ == "__main__":
    main()

"""Run the workloads and print the table: python -m bench [w1a w1b w1c w3] [--full | --quick]."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from time import perf_counter

import duckdb

from bench import w1a, w1b, w1c, w3
from bench.lines import table
from bench.size import FULL, QUICK, USUAL, Size

WORKLOADS = {"w1a": w1a, "w1b": w1b, "w1c": w1c, "w3": w3}


def _size(arguments: argparse.Namespace) -> Size:
    return QUICK if arguments.quick else FULL if arguments.full else USUAL


def _machine() -> str:
    """Say on what the figures were measured."""
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores{load}, {platform.machine()}, {versions}"


def main() -> None:
    """Run what was asked for, all of it by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *WORKLOADS], metavar="NAME", help=" ".join(WORKLOADS))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--full", action="store_true", help="also 10,000,000 tickets")
    how.add_argument("--quick", action="store_true", help="a hundredth of the size, to see that all runs")
    arguments = parser.parse_args()
    size = _size(arguments)
    print(_machine(), flush=True)
    for name in arguments.names or WORKLOADS:
        started = perf_counter()
        lines = WORKLOADS[name].run(size)
        print("\n" + table(WORKLOADS[name].TITLE, lines, judged=size.judged), flush=True)
        print(f"{name}: {perf_counter() - started:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()

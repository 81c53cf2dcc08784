"""Run the workloads and print the table: python -m bench [w1a w1b w1c w2 w3 w4 w5 w6 m2] [--quick]."""

from __future__ import annotations

import argparse
import os
import platform
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from time import perf_counter

from bench.lines import table
from bench.size import FULL, QUICK, USUAL, Size

WORKLOADS = ("w1a", "w1b", "w1c", "w2", "w3", "w4", "w5", "w6", "m2")


def _size(arguments: argparse.Namespace) -> Size:
    return QUICK if arguments.quick else FULL if arguments.full else USUAL


def _machine() -> str:
    """Say on what the figures were measured."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "zen-engine", "json-logic-qubit"))
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    return f"{datetime.now(UTC):%Y-%m-%d}; {cores}; Python {platform.python_version()}, {versions}"


def _load() -> str:
    """Say how busy the machine has been for a minute, where the system tells."""
    return f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load n/a"


def main() -> None:
    """Run what was asked for, all of it by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(WORKLOADS))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--full", action="store_true", help="also 10,000,000 tickets")
    how.add_argument("--quick", action="store_true", help="a hundredth of the size, to see that all runs")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(WORKLOADS):
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    size = _size(arguments)
    print(_machine(), flush=True)
    # The half minute in which a batch can be taken back is as long for few.
    usual = [name for name in WORKLOADS if size.judged or name != "m2"]
    for name in arguments.names or usual:
        started, load = perf_counter(), _load()
        # By name: a measured process imports this file again, and then nothing but its own workload.
        workload = import_module(f"bench.{name}")
        print("\n" + table(workload.TITLE, workload.run(size), judged=size.judged), flush=True)
        took = perf_counter() - started
        print(f"  {took:.0f} s in all; {load} before, {_load()} after", flush=True)


if __name__ == "__main__":
    main()

"""Read rules for the first time in many threads at once, as a server does with its first visitors."""

from __future__ import annotations

import subprocess
import sys

# A process of its own: what is looked at is the very first reading, and what it ends is the process.
_FIRST = """
import sys, threading
from contextlib import suppress
from aftersale.domain.errors import RulebookInvalid
from aftersale.policy.load import load

def read():
    ready.wait()
    with suppress(RulebookInvalid):
        load({"law/a.yaml": "layer: law\\nrules: [{id: r}]\\ndocuments: [{id: d}]\\nparameters: [{id: p}]"})

sys.setswitchinterval(1e-6)
ready = threading.Barrier(8)
readers = [threading.Thread(target=read) for _ in range(8)]
for each in readers:
    each.start()
for each in readers:
    each.join()
print("whole")
"""
# It goes wrong in every second process or so where nothing prevents it.
_TIMES = 6


def test_many_threads_may_read_rules_for_the_first_time_at_once() -> None:
    ended = [
        subprocess.run([sys.executable, "-c", _FIRST], capture_output=True, check=False, encoding="utf-8")
        for _ in range(_TIMES)
    ]
    assert [(each.returncode, each.stdout) for each in ended] == [(0, "whole\n")] * _TIMES

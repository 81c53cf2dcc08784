"""Turn an export into a worklist: each ticket judged, ranked, with what to do, why and by when."""

from aftersale.triage.flow import TriageOptions, triage

__all__ = ["TriageOptions", "triage"]

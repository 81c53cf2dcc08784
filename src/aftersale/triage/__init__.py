"""Turn an export into a worklist: every ticket judged, ranked by urgency, with what to do, by which clause, by when."""

from aftersale.triage.flow import TriageOptions, triage

__all__ = ["TriageOptions", "triage"]

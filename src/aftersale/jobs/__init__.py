"""Hold the one door to the task engine: jobs are wake-ups that carry ids, the truth is in the rows."""

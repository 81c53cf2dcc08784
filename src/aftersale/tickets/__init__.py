"""Hold the tickets: what came in, what was decided, what is due, what was done."""

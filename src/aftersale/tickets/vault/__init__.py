"""Keep the evidence of tickets: what is there, what is missing, who gives it, and what a pack shows of it."""

"""Reach the platforms for shops that are connected: authorisation, polling, pushes, reconciliation."""

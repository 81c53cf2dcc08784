"""Negotiate with a buyer: rounds, limits and what both agree on; replies to copy, and a draft on request."""

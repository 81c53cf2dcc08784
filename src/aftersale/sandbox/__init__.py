"""Invent one seeded world of shops, articles, buyers and tickets, and write it as the platforms would."""

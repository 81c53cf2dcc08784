"""Handle disputes before the platform: the case, its evidence, the ruling, and what is learned from it."""

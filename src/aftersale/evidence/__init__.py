"""Keep what happened so that anyone can tell whether it was changed: bytes, chains, tree, signed heads."""

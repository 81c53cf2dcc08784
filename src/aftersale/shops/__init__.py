"""Hold the shops: people and roles, settings, product register, published rulebooks, connections."""

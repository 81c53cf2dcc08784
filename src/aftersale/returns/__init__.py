"""Hold what comes back: parcels at the warehouse, matched to tickets or kept as nobody's."""

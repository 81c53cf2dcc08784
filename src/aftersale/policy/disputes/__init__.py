"""Judge a dispute before the platform as far as that can be told: windows, risk, chances, liability, score."""

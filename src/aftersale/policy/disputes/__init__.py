"""Judge a dispute as far as that can be told: windows, risk, chances, liability, score."""

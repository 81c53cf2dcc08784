"""Hold the steps from one database layout to the next."""

"""Hold the library: the rules to read, one ticket at a time to ask about, a shop's folder and its public page."""

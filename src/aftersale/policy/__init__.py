"""Judge tickets by dated, cited rules: conditions, rulebook, decision, what-if. Takes text and connections, opens nothing."""

"""Judge tickets by dated, cited rules. Takes text and connections, opens nothing."""

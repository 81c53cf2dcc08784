"""Read the rules, ask them about single tickets, start a shop's folder, write its public page."""

"""Keep the ledger of a shop: legs of money, what the platform tells, differences, months closed."""

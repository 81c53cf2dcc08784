"""Keep the data in one file, whose writers of one process wait for one another in a queue."""

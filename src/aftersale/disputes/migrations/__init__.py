"""Hold the changes of the tables of this room."""

"""Hold the migrations of the room."""

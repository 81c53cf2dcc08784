"""Read a conversation with a buyer that was copied or exported from a platform's chat."""

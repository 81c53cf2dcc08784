"""Put evidence into a pack that anyone can check without this program; values in, bytes out."""

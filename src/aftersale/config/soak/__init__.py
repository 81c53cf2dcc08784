"""Let a desk and the sandbox live through a long random run, and compare their books at the end."""

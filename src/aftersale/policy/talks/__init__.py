"""Weigh what both sides of a talk said, and look over what is about to be said; values in, values out."""

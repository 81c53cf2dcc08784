"""Speak HTTP: servers, signatures, faults, pushes and the control interface."""

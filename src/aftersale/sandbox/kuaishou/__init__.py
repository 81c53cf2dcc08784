"""Speak as the open platform of 快手小店 does."""

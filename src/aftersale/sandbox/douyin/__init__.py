"""Speak as the open platform of 抖店 does."""

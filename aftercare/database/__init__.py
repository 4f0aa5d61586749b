"""Queries compiled once, rows written in one message, and the time limit of statements."""

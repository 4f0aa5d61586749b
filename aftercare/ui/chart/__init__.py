"""The chart of a recovery, drawn on the server: its parts, their words, and where each lies."""

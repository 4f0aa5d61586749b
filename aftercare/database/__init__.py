"""The backend, queries compiled once, rows written in one message, triggers, and the time limit of statements."""

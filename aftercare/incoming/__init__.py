"""Requests before any room sees them: whole, readable, and probes answered."""

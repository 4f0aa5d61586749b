"""The timeline of a recovery and its phases."""

"""The second steps of people: their changes and recovery, and the events of signing in."""

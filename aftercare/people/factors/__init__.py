"""The second steps of people: their changes and removal, and the events of signing in."""

"""Check-ins without a network, in a real browser."""

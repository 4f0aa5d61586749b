"""The contact steps of a clinic, and whom they reach at one instant."""

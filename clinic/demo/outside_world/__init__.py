"""The world outside of the demonstration: what arrived on whose phone, and what a visitor does there."""

"""The demonstration: made-up clinics whose records are created through the real actions."""
